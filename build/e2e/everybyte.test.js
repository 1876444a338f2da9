// A stream that is cut after any of its bytes never looks complete to the
// official client: it throws, or nothing of the reply was missing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { serving } from './harness/headgate.js'
import { atEnd } from './harness/process.js'

const words = ['Straße ', '東京 😀 ', '"done"\n']
const whole = { text: words.join(''), tool: '{"at":"東"}' }

const chunk = (delta, finish = null) =>
  JSON.stringify({
    id: 'c',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
const call = (more) => chunk({ tool_calls: [{ index: 0, ...more }] })

const events = [
  chunk({ role: 'assistant', content: '' }),
  ...words.map((content) => chunk({ content })),
  call({
    id: 'call_1',
    type: 'function',
    function: { name: 'look', arguments: '' },
  }),
  call({ function: { arguments: '{"at":' } }),
  call({ function: { arguments: '"東"}' } }),
  chunk({}, 'tool_calls'),
  JSON.stringify({
    id: 'c',
    choices: [],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  }),
  '[DONE]',
]

/** The stream's bytes, and after how many of them nothing of the reply is missing. */
function spelled(lineEnd) {
  const parts = events.map((data) => `data: ${data}${lineEnd}${lineEnd}`)
  return {
    bytes: Buffer.from(parts.join('')),
    complete: Buffer.byteLength(parts.slice(0, -2).join('').trimEnd()),
  }
}
const spellings = { lf: spelled('\n'), crlf: spelled('\r\n') }

const chunked =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

// The ways to end a reply after part of it. Only the last one can't be told from
// a whole reply by those who don't know what a stream ends with.
const ways = {
  'without its last chunk': (socket, part) => {
    socket.write(`${chunked}${part.length.toString(16)}\r\n`)
    socket.write(part)
    socket.end('\r\n')
  },
  'by a reset': (socket, part) => {
    socket.write(`${chunked}${part.length.toString(16)}\r\n`)
    socket.write(part)
    socket.write('\r\n', () => socket.resetAndDestroy())
  },
  "at the connection's end": (socket, part) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n')
    socket.end(part)
  },
}

/** A server that says part of a stream: how much and how it ends stand in X-Title. */
async function cutting(t) {
  const server = createServer((socket) => {
    let request = ''
    let answered = false
    socket.on('error', () => {}) // the gateway may leave first
    socket.on('data', (data) => {
      request += data.toString('latin1')
      const [head, body = ''] = request.split('\r\n\r\n', 2)
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1])
      if (answered || body.length < length) return
      answered = true
      const [, at, spelling, way] = /^x-title: (\d+) (\w+) (.*)$/im.exec(head)
      ways[way](socket, spellings[spelling].bytes.subarray(0, Number(at)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return {
    name: 'cutting',
    url: `http://127.0.0.1:${server.address().port}/v1`,
  }
}

const tools = [{ type: 'function', name: 'look', parameters: { type: 'object' } }]
const chatTools = tools.map(({ type, ...f }) => ({ type, function: f }))

// How clients read a stream: each returns what it takes for the whole reply.
const readers = {
  'chat, event by event': async (client, options) => {
    const ask = {
      model: 'chat',
      messages: [{ role: 'user', content: 'hi' }],
      tools: chatTools,
    }
    const got = { text: '', tool: '' }
    for await (const { choices } of await client.chat.completions.create(
      { ...ask, stream: true },
      options,
    )) {
      got.text += choices[0]?.delta.content ?? ''
      got.tool += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? ''
    }
    return got
  },
  'chat, its end': async (client, options) => {
    const ask = {
      model: 'chat',
      messages: [{ role: 'user', content: 'hi' }],
      tools: chatTools,
    }
    const { choices } = await client.chat.completions.stream(ask, options).finalChatCompletion()
    const { content, tool_calls } = choices[0].message
    return { text: content, tool: tool_calls?.[0]?.function.arguments }
  },
  'responses, event by event': async (client, options) => {
    const got = { text: '', tool: '' }
    for await (const event of await client.responses.create(
      { model: 'chat', input: 'hi', tools, stream: true },
      options,
    )) {
      if (event.type === 'response.output_text.delta') got.text += event.delta
      if (event.type === 'response.function_call_arguments.delta') got.tool += event.delta
    }
    return got
  },
  'responses, their end': async (client, options) => {
    const reply = await client.responses
      .stream({ model: 'chat', input: 'hi', tools }, options)
      .finalResponse()
    assert.equal(reply.status, 'completed')
    return {
      text: reply.output_text,
      tool: reply.output.find((item) => item.type === 'function_call')?.arguments,
    }
  },
}

const atOnce = 8

test('a stream that is cut after any of its bytes', async (t) => {
  const serve = await serving(t, [await cutting(t)], {
    settings: { failover: { count: 100, minutes: 1, cooldown_seconds: 1 } },
  })
  // The client logs what it can't read: no half event may come to it.
  const halves = []
  const quiet = {
    error: (...words) => halves.push(words),
    warn() {},
    info() {},
    debug() {},
  }
  const client = serve.client({ logger: quiet })
  for (const [reader, read] of Object.entries(readers)) {
    for (const way of Object.keys(ways)) {
      if (reader.endsWith('end') && way !== "at the connection's end") continue
      // How lines end matters to where events do, not to how the reply does.
      const spelling = reader.endsWith('end') ? 'crlf' : 'lf'
      const { bytes, complete } = spellings[spelling]
      await t.test(`${way}, read as ${reader}`, async () => {
        let next = 1
        const seen = { thrown: 0, whole: 0 }
        const run = async () => {
          for (let at = next++; at <= bytes.length; at = next++) {
            const options = {
              headers: { 'X-Title': `${at} ${spelling} ${way}` },
            }
            let got
            try {
              got = await read(client, options)
            } catch (error) {
              if (error instanceof assert.AssertionError) throw error
              seen.thrown++
              // What came is whole, and its end was seen to be one.
              assert.ok(
                at < complete || way !== "at the connection's end",
                `after ${at} bytes: ${error}`,
              )
              continue
            }
            assert.ok(at >= complete, `after ${at} bytes the client has ${JSON.stringify(got)}`)
            assert.deepEqual(got, whole, `after ${at} bytes`)
            seen.whole++
          }
        }
        await Promise.all(Array.from({ length: atOnce }, run))
        assert.equal(seen.thrown + seen.whole, bytes.length)
        assert.ok(seen.thrown >= complete - 1 && (seen.whole > 0 || way === 'by a reset'))
        assert.deepEqual(halves, [])
      })
    }
  }
})
