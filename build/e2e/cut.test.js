// A cut reply never looks complete: the official client takes a clean end without
// [DONE] for success, so Headgate has to make sure that it sees none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askJSON } from './harness/ask.js'
import { serving } from './harness/headgate.js'
import { Stage } from './harness/upstreams.js'

const ask = { model: 'chat', messages: [{ role: 'user', content: 'hello' }] }

/** Reads a stream until it ends or throws. */
async function read(client) {
  let text = ''
  try {
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? ''
    }
  } catch (error) {
    return { text, error }
  }
  return { text }
}

for (const [fault, why] of [
  ['FLT-011', 'a reset'],
  ['FLT-011:close', 'an end in the middle'],
  ['FLT-011:garbage', 'broken framing'],
  ['FLT-047', 'an error among the events'],
  ['FLT-049', 'no finish_reason and no [DONE]'],
  ['FLT-057', "an event that isn't JSON"],
]) {
  test(`${why} after the first text makes the client throw (${fault})`, async (t) => {
    const stage = await Stage.start(t)
    const cutting = await stage.add({ marker: 'cutting', steps: [{ fault }] })
    const good = await stage.add({ marker: 'good' })
    const serve = await serving(t, [cutting, good])

    const { text, error } = await read(serve.client())
    assert.ok(error, `the client took ${JSON.stringify(text)} for a whole reply`)
    assert.match(text, /^cutting#1 cutting#2 /)
    assert.doesNotMatch(text, /good/, 'two members in one reply')

    const { row, attempts } = await (await serve.login()).call((call) => call.state === 'partial')
    assert.equal(row.attempts, 1)
    assert.notEqual(attempts[0].class, 'ok')
    assert.equal((await good.requests()).length, 0)
  })
}

for (const [fault, why] of [
  ['FLT-010', 'a reset after the head'],
  ['FLT-046', 'an error as the first event'],
  ['FLT-050', '[DONE] and nothing else'],
  ['FLT-017', 'a web page'],
  ['FLT-018', 'no body'],
  ['FLT-016', 'an error in a 200'],
]) {
  test(`${why} before the first text goes to the next member (${fault})`, async (t) => {
    const stage = await Stage.start(t)
    const bad = await stage.add({ marker: 'bad', steps: [{ fault }] })
    const good = await stage.add({ marker: 'good' })
    const serve = await serving(t, [bad, good])
    assert.deepEqual(await read(serve.client()), { text: 'good#1 good#2 good#3 ' })
  })
}

for (const [fault, why] of [
  ['FLT-048', 'a finish_reason without [DONE]'],
  ['FLT-049:done', '[DONE] without a finish_reason'],
  ['FLT-051', 'data after [DONE]'],
  ['FLT-053', 'a byte order mark and no space after data:'],
  ['FLT-058', 'a byte at a time'],
  ['FLT-060', 'gzip'],
]) {
  test(`${why} is a whole reply (${fault})`, async (t) => {
    const stage = await Stage.start(t)
    const serve = await serving(t, [await stage.add({ marker: 'good', steps: [{ fault }] })])
    assert.deepEqual(await read(serve.client()), { text: 'good#1 good#2 good#3 ' })
  })
}

for (const [fault, why] of [
  ['FLT-019', 'half a body'],
  ['FLT-020', 'less than Content-Length says'],
  ['FLT-016', 'an error in a 200'],
  ['FLT-018', 'no body'],
]) {
  test(`${why} instead of JSON goes to the next member (${fault})`, async (t) => {
    const stage = await Stage.start(t)
    const bad = await stage.add({ marker: 'bad', steps: [{ fault }] })
    const good = await stage.add({ marker: 'good' })
    const serve = await serving(t, [bad, good])
    assert.equal((await askJSON(serve.client(), 'chat')).text, 'good#1 good#2 good#3 ')
  })
}

test('when the client leaves, the upstream is left too and nobody is blamed', async (t) => {
  const stage = await Stage.start(t)
  const slow = await stage.add({ marker: 'slow', steps: [{ hold: { events: 3, gate: 'never' } }] })
  const serve = await serving(t, [slow])
  const stream = await serve.client().chat.completions.create({ ...ask, stream: true })
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content === 'slow#2 ') break // the client aborts
  }
  const admin = await serve.login()
  const { row, attempts } = await admin.call((call) => call.state === 'canceled')
  assert.equal(row.status, 499)
  assert.equal(attempts[0].class, 'canceled')
  assert.equal(attempts[0].blames, 'nobody')
  const [received] = await slow.requests(1)
  assert.equal(received.hung_up, true)
})
