// A chat request as a program or a shell writes it, with the official openai packages.

import { curl, type Ask } from '../keys/curl'

/** Where a request goes, and with which key; a shell sends none where it is empty. */
export interface Place {
  baseUrl: string
  key: string
}

const json = JSON.stringify

/** A text in PowerShell's single quotes. */
export const single = (text: string) => `'${text.replaceAll("'", "''")}'`

/** PowerShell reads a reply only when it is whole: it doesn't ask for a stream. */
export function powershell({ baseUrl, key }: Place, { stream: _, ...ask }: Ask): string {
  return [
    `Invoke-RestMethod ${baseUrl}/chat/completions -Method Post \``,
    ...(key ? [`  -Headers @{ Authorization = ${single(`Bearer ${key}`)} } \``] : []),
    `  -ContentType 'application/json; charset=utf-8' \``,
    `  -Body ${single(json(ask))}`,
  ].join('\n')
}

export const shell = (place: Place, ask: Ask, windows: boolean) =>
  windows ? powershell(place, ask) : curl(place.baseUrl, place.key, ask)

/** The parameters beside model, messages and stream, as sent. */
const others = ({ model: _m, messages: _t, stream: _s, ...rest }: Ask) => Object.entries(rest)

export function python({ baseUrl, key }: Place, ask: Ask): string {
  const messages = ask.messages.map(
    ({ role, content }) => `        {"role": ${json(role)}, "content": ${json(content)}},`,
  )
  const call = [
    'client.chat.completions.create(',
    `    model=${json(ask.model)},`,
    '    messages=[',
    ...messages,
    '    ],',
    ...others(ask).map(([name, value]) => `    ${name}=${value},`),
    ...(ask.stream ? ['    stream=True,'] : []),
    ')',
  ].join('\n')
  return `from openai import OpenAI

client = OpenAI(
    base_url=${json(baseUrl)},
    api_key=${json(key)},
)
${
  ask.stream
    ? `stream = ${call}
for event in stream:
    if event.choices:
        print(event.choices[0].delta.content or "", end="", flush=True)
print()`
    : `reply = ${call}
print(reply.choices[0].message.content)`
}`
}

export function node({ baseUrl, key }: Place, ask: Ask): string {
  const messages = ask.messages.map(
    ({ role, content }) => `    { role: ${json(role)}, content: ${json(content)} },`,
  )
  const call = [
    'await client.chat.completions.create({',
    `  model: ${json(ask.model)},`,
    '  messages: [',
    ...messages,
    '  ],',
    ...others(ask).map(([name, value]) => `  ${name}: ${value},`),
    ...(ask.stream ? ['  stream: true,'] : []),
    '})',
  ].join('\n')
  return `import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: ${json(baseUrl)},
  apiKey: ${json(key)},
})
${
  ask.stream
    ? `const stream = ${call}
for await (const event of stream) {
  process.stdout.write(event.choices[0]?.delta?.content ?? '')
}
process.stdout.write('\\n')`
    : `const reply = ${call}
console.log(reply.choices[0].message.content)`
}`
}
