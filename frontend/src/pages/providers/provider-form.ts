import * as v from 'valibot'
import type { ProviderInput } from '../../lib/api'

export const providerSchema = v.object({
  name: v.pipe(v.string(), v.trim(), v.nonEmpty('form.required')),
  baseUrl: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty('form.required'),
    v.check(isHttpUrl, 'providers.url_wrong'),
  ),
  headers: v.array(
    v.object({
      name: v.pipe(
        v.string(),
        v.trim(),
        v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'providers.header_wrong'),
      ),
      value: v.string(),
    }),
  ),
})

function isHttpUrl(text: string): boolean {
  try {
    const url = new URL(text)
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  } catch {
    return false
  }
}

export const emptyProvider: ProviderInput = {
  id: 0,
  name: '',
  dialect: 'openai',
  baseUrl: '',
  enabled: true,
  headers: [],
  proxy: '',
  timeouts: { connectSeconds: 0, firstTokenSeconds: 0, streamIdleSeconds: 0, replySeconds: 0 },
  keys: [{ id: 0, secret: '', enabled: true }],
}

/** What is sent: trimmed, without the rows that were left empty. */
export function cleaned(input: ProviderInput): ProviderInput {
  return {
    ...input,
    name: input.name.trim(),
    baseUrl: input.baseUrl.trim(),
    headers: input.headers
      .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
      .filter(({ name, value }) => name !== '' || value !== ''),
    keys: input.keys
      .map((key) => ({ ...key, secret: key.secret.trim() }))
      .filter(({ id, secret }) => id !== 0 || secret !== ''),
  }
}
