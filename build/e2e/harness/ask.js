// One question, asked with the official client in both ways.

const messages = [{ role: 'user', content: 'hello' }]

/** Asks for JSON. */
export async function askJSON(client, model) {
  const { data, response, request_id } = await client.chat.completions
    .create({ model, messages })
    .withResponse()
  return {
    id: request_id,
    headers: response.headers,
    text: data.choices[0].message.content,
    finish: data.choices[0].finish_reason,
    usage: data.usage,
  }
}

/** Asks for a stream and reads it to its end. */
export async function askStream(client, model, options = {}) {
  const { data, response, request_id } = await client.chat.completions
    .create({ model, messages, stream: true, ...options })
    .withResponse()
  const got = {
    id: request_id,
    headers: response.headers,
    text: '',
    finish: null,
    usage: undefined,
    chunks: 0,
  }
  for await (const chunk of data) {
    got.chunks++
    got.text += chunk.choices[0]?.delta.content ?? ''
    got.finish = chunk.choices[0]?.finish_reason ?? got.finish
    got.usage = chunk.usage ?? got.usage
  }
  return got
}
