import * as v from 'valibot'
import type { Offer, ProviderInput } from '../../lib/api'
import { sentRules } from '../rules/words'
import { presets, type Preset } from './presets'

const most = 3600
const seconds = v.pipe(v.number('form.number'), v.maxValue(most, 'form.number'))

export const providerSchema = v.object({
  name: v.pipe(v.string(), v.trim(), v.nonEmpty('form.required')),
  baseUrl: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty('form.required'),
    v.check((text) => isPlace(text, /^https?:$/), 'providers.url_wrong'),
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
  proxy: v.pipe(
    v.string(),
    v.check((text) => text === '' || isProxy(text), 'providers.proxy_wrong'),
  ),
  timeouts: v.object({
    connectSeconds: seconds,
    firstTokenSeconds: seconds,
    streamIdleSeconds: seconds,
    replySeconds: seconds,
  }),
})

function isPlace(text: string, scheme: RegExp): boolean {
  try {
    const url = new URL(text)
    return scheme.test(url.protocol) && url.username === '' && url.password === ''
  } catch {
    return false
  }
}

function isProxy(text: string): boolean {
  return isPlace(text, /^(https?|socks5h?):$/) && /^\w+:\/\/[^/?#]+\/?$/.test(text)
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
  rules: [],
  keys: [{ id: 0, secret: '', enabled: true }],
}

/** What a link may fill in. */
export function offered(offer?: Offer): Partial<ProviderInput> {
  if (!offer) return {}
  const { name, baseUrl, dialect } = offer
  return { name, baseUrl, dialect: dialect || emptyProvider.dialect }
}

/** Fills in a service; a name that a person typed stays. */
export function fillIn(input: ProviderInput, preset: Preset) {
  const name = input.name.trim()
  input.baseUrl = preset.baseUrl
  if (name === '' || presets.some((one) => one.name === name)) input.name = preset.name
}

/** What is sent: trimmed, without the rows that were left empty. */
export function cleaned(input: ProviderInput): ProviderInput {
  return {
    ...input,
    name: input.name.trim(),
    baseUrl: input.baseUrl.trim(),
    proxy: input.proxy.trim(),
    rules: sentRules(input.rules),
    headers: input.headers
      .map(({ name, value, hint }) => ({ name: name.trim(), value: value.trim(), hint }))
      .filter(({ name, value }) => name !== '' || value !== ''),
    keys: input.keys
      .map((key) => ({ ...key, secret: key.secret.trim() }))
      .filter(({ id, secret }) => id !== 0 || secret !== ''),
  }
}

export const timeouts = [
  { name: 'connectSeconds', text: 'settings.timeout_connect' },
  { name: 'firstTokenSeconds', text: 'settings.timeout_first' },
  { name: 'streamIdleSeconds', text: 'settings.timeout_idle' },
  { name: 'replySeconds', text: 'settings.timeout_reply' },
] as const
