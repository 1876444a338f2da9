/** A chat request as it goes over the wire; what is left out isn't sent. */
export interface Ask {
  model: string
  messages: { role: string; content: string }[]
  stream?: true
  temperature?: number
  top_p?: number
  max_tokens?: number
}

/** Stands where a key goes whose text nobody can show: letters that fit into a header. */
export const yourKey = 'YOUR_API_KEY'

/** The shortest request that gets an answer. */
export function hello(group: string): Ask {
  return { model: group, messages: [{ role: 'user', content: 'Hello' }] }
}

/**
 * A call that a person can paste into a POSIX shell; hello to a group when only that is named.
 * An empty key isn't sent.
 */
export function curl(baseUrl: string, key: string, ask: string | Ask): string {
  const body = typeof ask === 'string' ? hello(ask) : ask
  return [
    `curl ${body.stream ? '-N ' : ''}${baseUrl}/chat/completions \\`,
    ...(key ? [`  -H "Authorization: Bearer ${key}" \\`] : []),
    `  -H "Content-Type: application/json" \\`,
    // A single quote inside single quotes has to leave them for a moment.
    `  -d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`,
  ].join('\n')
}
