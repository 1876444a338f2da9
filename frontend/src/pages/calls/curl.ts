import type { Bodies, CallDetail, CallRow } from '../../lib/api'

/** The paths behind a base URL, by the routes of gateway/routes.go. */
const paths: Record<string, string> = {
  'chat.completions': '/chat/completions',
  responses: '/responses',
}

/** Headers that say how the call is to be read; the rest is curl's own business. */
const told = ['accept', 'content-type']

/**
 * A command for a POSIX shell that makes the call again, with its body as far as it was kept
 * whole, and the key from the environment.
 */
export function curlOf({ row }: CallDetail, bodies: Bodies | null, baseUrl: string): string {
  const body = whole(bodies) ?? skeleton(row)
  const headers = (bodies?.requestHeaders ?? []).filter(({ name }) =>
    told.includes(name.toLowerCase()),
  )
  if (!headers.some(({ name }) => name.toLowerCase() === 'content-type'))
    headers.push({ name: 'Content-Type', value: 'application/json' })
  const parts = [
    `curl ${row.stream ? '-N ' : ''}${quote(baseUrl + (paths[row.route] ?? '/chat/completions'))}`,
    '-H "Authorization: Bearer $HEADGATE_API_KEY"',
    ...headers.map(({ name, value }) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-raw ${quote(body)}`,
  ]
  return parts.join(' \\\n  ')
}

/** Whether the command repeats the call's own body. */
export const repeats = (bodies: Bodies | null) => whole(bodies) !== undefined

const whole = (bodies: Bodies | null) =>
  bodies && bodies.request !== '' && !bodies.requestCut ? bodies.request : undefined

function skeleton({ route, model, stream }: CallRow): string {
  if (route === 'responses') return JSON.stringify({ model, stream, input: 'Hello' })
  return JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] })
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
