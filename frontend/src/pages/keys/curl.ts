/** A first call that a person can paste into a terminal. */
export function curl(baseUrl: string, key: string, group: string): string {
  const body = JSON.stringify({ model: group, messages: [{ role: 'user', content: 'Hello' }] })
  return [
    `curl ${baseUrl}/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: application/json" \\`,
    // A single quote inside single quotes has to leave them for a moment.
    `  -d '${body.replaceAll("'", `'\\''`)}'`,
  ].join('\n')
}
