// Starting, stopping, being killed: no finished call is lost, no running one is
// cut without need.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askJSON, askStream } from './harness/ask.js'
import { Serve, serving } from './harness/headgate.js'
import { Stage } from './harness/upstreams.js'

const ask = { model: 'chat', stream: true, messages: [{ role: 'user', content: 'hello' }] }

test('SIGTERM lets a running stream end, and its call is in the log after a restart', async (t) => {
  const stage = await Stage.start(t)
  const slow = await stage.add({ marker: 'slow', steps: [{ hold: { events: 3, gate: 'go on' } }] })
  const serve = await serving(t, [slow])
  const { data: stream, request_id } = await serve
    .client()
    .chat.completions.create(ask)
    .withResponse()
  let text = ''
  let stopped = false
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    if (text === 'slow#1 slow#2 ' && !stopped) {
      stopped = true
      serve.signal('SIGTERM')
      await serve.line(/"stopping/)
      await assert.rejects(askJSON(serve.client(), 'chat'), 'a new call while stopping')
      await slow.open('go on')
    }
  }
  assert.equal(text, 'slow#1 slow#2 slow#3 ')
  assert.deepEqual(await serve.exit(), { code: 0, signal: null }, serve.output())

  const again = await Serve.start(t, serve.data)
  const { row } = await (await again.login()).rpc('Calls/Get', request_id)
  assert.equal(row.state, 'ok')
  assert.equal(row.inputTokens, 11)
  assert.equal(row.outputTokens, 7)
})

test('finished calls outlive kill -9; a running one is told as interrupted', async (t) => {
  const stage = await Stage.start(t)
  const slow = await stage.add({
    marker: 'slow',
    steps: [{}, {}, { hold: { events: 3, gate: 'never' } }],
  })
  const serve = await serving(t, [slow])
  const finished = [await askJSON(serve.client(), 'chat'), await askStream(serve.client(), 'chat')]
  const running = await serve.client().chat.completions.create(ask).withResponse()
  running.data[Symbol.asyncIterator]()
    .next()
    .catch(() => {}) // it will be cut
  const admin = await serve.login()
  await admin.call((call) => call.id === finished[1].id && call.state === 'ok')
  await admin.call((call) => call.id === running.request_id && call.state === 'open')
  serve.signal('SIGKILL')
  await serve.exit()

  const again = await Serve.start(t, serve.data)
  const kept = await (await again.login()).calls()
  assert.deepEqual(
    kept.map((call) => [call.id, call.state]),
    [
      [running.request_id, 'interrupted'],
      [finished[1].id, 'ok'],
      [finished[0].id, 'ok'],
    ],
  )
})

test('health tells a stranger nothing', async (t) => {
  const stage = await Stage.start(t)
  const serve = await serving(t, [await stage.add({ marker: 'good' })])
  const reply = await fetch(serve.gateway.replace(/\/v1$/, '/health'))
  assert.equal(reply.status, 200)
  const told = (await reply.text()) + JSON.stringify([...reply.headers])
  assert.doesNotMatch(told, /chat|good|laptop|headgate\/|version|go1\./i)
})
