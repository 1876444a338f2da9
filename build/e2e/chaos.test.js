// The promise, under many calls at once: while one member is healthy, no client
// sees a failure, no reply mixes two members, and the log has every call.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askJSON, askStream } from './harness/ask.js'
import { serving } from './harness/headgate.js'
import { Stage } from './harness/upstreams.js'

// Faults before the first text that end by themselves, in turn. Not among them:
// an end before the head, which on a kept connection is no attempt but a redial.
const faults = [
  ...['FLT-010', 'FLT-016', 'FLT-017', 'FLT-018', 'FLT-019', 'FLT-020'],
  ...[
    'FLT-023',
    'FLT-023:206',
    'FLT-024',
    'FLT-036',
    'FLT-044',
    'FLT-044:502',
    'FLT-045',
    'FLT-061:gzip',
  ],
]
const calls = 240
const atOnce = 24

test(`${calls} calls, ${atOnce} at once, over two members that fail in ${faults.length} ways and a good one`, async (t) => {
  const stage = await Stage.start(t)
  const steps = Array.from({ length: 40 }, () => faults.map((fault) => ({ fault }))).flat()
  const chaotic = [
    await stage.add({ marker: 'chaos', steps }),
    await stage.add({ marker: 'ruin', steps: steps.toReversed() }),
  ]
  const good = await stage.add({ marker: 'good', steps: [{ event_delay_ms: 1 }] })
  // The highest threshold keeps the bad members in the plan for long.
  const serve = await serving(t, [...chaotic, good], {
    settings: { failover: { count: 100, minutes: 1, cooldown_seconds: 1 } },
  })
  const client = serve.client()
  const ids = new Set()
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < calls) {
        const ask = next++ % 2 ? askJSON : askStream
        const got = await ask(client, 'chat')
        assert.equal(got.text, 'good#1 good#2 good#3 ')
        ids.add(got.id)
      }
    }),
  )
  assert.equal(ids.size, calls)

  const admin = await serve.login()
  const rows = await admin.until(`${calls} finished calls in the log`, async () => {
    const finished = (await admin.calls()).filter((call) => call.state !== 'open')
    return finished.length === calls && finished
  })
  assert.deepEqual(new Set(rows.map((row) => row.id)), ids)
  let attempts = 0
  for (const row of rows) {
    assert.equal(row.state, 'ok')
    assert.equal(row.provider, 'good')
    assert.deepEqual([row.inputTokens, row.outputTokens], [11, 7])
    attempts += row.attempts
  }
  const received = await Promise.all([...chaotic, good].map((up) => up.requests()))
  assert.equal(received[2].length, calls, 'the good member got each call once')
  assert.ok(received[0].length >= 100 && received[1].length >= 100, 'too little chaos')
  assert.equal(attempts, received.flat().length, 'every round trip is an attempt in the log')
  assert.equal((await admin.rpc('Calls/Health')).dropped, 0)
})
