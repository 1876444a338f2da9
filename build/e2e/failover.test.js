// The main promise: while one member of the group is healthy, the client sees a
// good reply, and the log says truly what happened on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askJSON, askStream } from './harness/ask.js'
import { clientKey, serving } from './harness/headgate.js'
import { aimock, Stage } from './harness/upstreams.js'

// What the two ways of asking have in common, and what only streams have.
const ways = [
  { name: 'JSON', stream: false, ask: askJSON },
  { name: 'stream', stream: true, ask: askStream },
  {
    name: 'stream with usage',
    stream: true,
    usage: true,
    ask: (client, model) => askStream(client, model, { stream_options: { include_usage: true } }),
  },
]

for (const way of ways) {
  test(`one refusing, one out of rate, one good: ${way.name}`, async (t) => {
    const stage = await Stage.start(t)
    const refusing = await stage.add({ marker: 'refusing', door: 'refuse' })
    const limited = await stage.add({
      marker: 'limited',
      steps: [{ status: 429, header: [{ name: 'Retry-After', value: '30' }] }],
    })
    const good = await stage.add({
      marker: 'good',
      models: ['good'],
      accept_keys: ['sk-good-0123456789abcdef'],
      steps: [{ usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 } }],
    })
    const serve = await serving(t, [
      refusing,
      limited,
      { ...good, prices: { input_price: 3, output_price: 15 } },
    ])

    const got = await way.ask(serve.client(), 'chat')
    assert.equal(got.text, 'good#1 good#2 good#3 ')
    assert.equal(got.finish, 'stop')
    assert.equal(got.headers.get('x-headgate-attempts'), '3')
    assert.equal(got.headers.get('x-headgate-provider'), 'good')
    if (way.stream && !way.usage) {
      assert.equal(got.usage, undefined, "usage that wasn't asked for")
      assert.equal(got.chunks, 5, 'the role, three pieces, the finish')
    } else {
      assert.deepEqual(got.usage, {
        prompt_tokens: 1000,
        completion_tokens: 100,
        total_tokens: 1100,
      })
    }

    const [received] = await good.requests(1)
    assert.equal(received.model, 'good')
    assert.equal(received.key, 'sk-good-0123456789abcdef')
    assert.ok(!JSON.stringify(received).includes(clientKey), "the client's key went upstream")
    assert.equal((await limited.requests()).length, 1)

    const admin = await serve.login()
    const { row, attempts, costSource } = await admin.call(
      (call) => call.id === got.id && call.state !== 'open',
    )
    assert.deepEqual(
      attempts.map(({ provider, model, status, class: is, reason }) => ({
        provider,
        model,
        status,
        is,
        reason,
      })),
      [
        {
          provider: 'refusing',
          model: 'refusing',
          status: 0,
          is: 'transient',
          reason: 'connection_refused',
        },
        {
          provider: 'limited',
          model: 'limited',
          status: 429,
          is: 'rate_limited',
          reason: 'rate_limited',
        },
        { provider: 'good', model: 'good', status: 200, is: 'ok', reason: 'ok' },
      ],
    )
    assert.equal(attempts[1].benchMs, 30_000, 'the bench is what Retry-After said')
    assert.equal(row.state, 'ok')
    assert.equal(row.status, 200)
    assert.equal(row.stream, way.stream)
    assert.equal(row.model, 'chat')
    assert.equal(row.apiKey, 'laptop')
    assert.equal(row.attempts, 3)
    assert.equal(row.provider, 'good')
    assert.equal(row.inputTokens, 1000)
    assert.equal(row.outputTokens, 100)
    // 1000 × $3 + 100 × $15 per million, in billionths of a dollar.
    assert.equal(row.costNanos, 4_500_000)
    assert.equal(costSource, 'tokens')
    assert.equal((await admin.calls()).length, 1)
  })

  test(`a server of another house behind a failing one: ${way.name}`, async (t) => {
    const stage = await Stage.start(t)
    const failing = await stage.add({ marker: 'failing', steps: [{ status: 503 }] })
    const other = { name: 'other', url: await aimock(t), prices: { call_price: 0.25 } }
    const serve = await serving(t, [failing, other])

    const got = await way.ask(serve.client(), 'chat')
    assert.equal(got.text, 'Hello from a server of another house, in more than one piece.')
    assert.equal(got.finish, 'stop')

    const { row, attempts, costSource } = await (
      await serve.login()
    ).call((call) => call.id === got.id && call.state !== 'open')
    assert.deepEqual(
      attempts.map((a) => [a.provider, a.status, a.class]),
      [
        ['failing', 503, 'transient'],
        ['other', 200, 'ok'],
      ],
    )
    assert.equal(row.state, 'ok')
    assert.equal(row.inputTokens, 21)
    assert.equal(row.outputTokens, 13)
    assert.equal(row.costNanos, 250_000_000)
    assert.equal(costSource, 'call')
  })
}

test('usage that no upstream told is unknown, and so is the cost', async (t) => {
  const stage = await Stage.start(t)
  const silent = await stage.add({ marker: 'silent', steps: [{ no_usage: true }] })
  const serve = await serving(t, [{ ...silent, prices: { input_price: 3, output_price: 15 } }])
  for (const ask of [askJSON, askStream]) {
    const got = await ask(serve.client(), 'chat')
    const { row } = await (
      await serve.login()
    ).call((call) => call.id === got.id && call.state !== 'open')
    assert.deepEqual([row.inputTokens, row.outputTokens, row.costNanos], [null, null, null])
  }
})

test('when every member fails, the client gets one true error', async (t) => {
  const stage = await Stage.start(t)
  const broken = await stage.add({ marker: 'broken', steps: [{ status: 401 }] })
  const gone = await stage.add({ marker: 'gone', door: 'refuse' })
  const serve = await serving(t, [broken, gone])
  // The client's own retries stay on: the reply must tell it not to.
  const failure = await askJSON(serve.client({ maxRetries: 2 }), 'chat').then(
    () => assert.fail('a reply'),
    (error) => error,
  )
  assert.equal(failure.status, 502)
  assert.equal((await broken.requests()).length, 1, 'the client retried in vain')
  const { row, attempts } = await (await serve.login()).call((call) => call.state === 'failed')
  assert.equal(row.status, 502)
  assert.deepEqual(
    attempts.map((a) => [a.provider, a.class]),
    [
      ['broken', 'credential'],
      ['gone', 'transient'],
    ],
  )
})
