// Bad input gets a clear error, and nothing is lost or half done.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import OpenAI from 'openai'
import { askJSON } from './harness/ask.js'
import {
  clientKey,
  configuration,
  folder,
  headgate,
  importInto,
  Serve,
  serving,
} from './harness/headgate.js'
import { atEnd } from './harness/process.js'
import { Stage } from './harness/upstreams.js'

test("requests that can't be served never reach a member", async (t) => {
  const stage = await Stage.start(t)
  const good = await stage.add({ marker: 'good' })
  const serve = await serving(t, [good])
  const refused = (is, status, code) => (error) => {
    assert.ok(error instanceof is, `${error}`)
    assert.equal(error.status, status)
    assert.equal(error.code, code)
    assert.deepEqual(Object.keys(error.error).sort(), ['code', 'message', 'param', 'type'])
    return true
  }

  await t.test('a wrong key', () =>
    assert.rejects(
      askJSON(serve.client({ apiKey: 'hg-not-a-key-0123456789' }), 'chat'),
      refused(OpenAI.AuthenticationError, 401, 'invalid_api_key'),
    ),
  )
  await t.test('an unknown group', () =>
    assert.rejects(
      askJSON(serve.client(), 'nothing'),
      refused(OpenAI.NotFoundError, 404, 'model_not_found'),
    ),
  )
  await t.test('no messages', () =>
    assert.rejects(
      serve.client().chat.completions.create({ model: 'chat', messages: [] }),
      (error) => error instanceof OpenAI.BadRequestError && error.param === 'messages',
    ),
  )
  for (const [name, body] of [
    ['cut JSON', '{"model":"chat","messages":['],
    ['an array', '[]'],
    ['nothing', ''],
    ['something after the JSON', '{"model":"chat","messages":[{"role":"user","content":"x"}]} x'],
  ]) {
    await t.test(name, async () => {
      const reply = await fetch(serve.gateway + '/chat/completions', {
        method: 'POST',
        headers: { Authorization: `Bearer ${clientKey}`, 'Content-Type': 'application/json' },
        body,
      })
      assert.equal(reply.status, 400)
      const { error } = await reply.json()
      assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type'])
      assert.equal(error.type, 'invalid_request_error')
    })
  }
  await t.test('and the log says so', async () => {
    assert.equal((await good.requests()).length, 0)
    const admin = await serve.login()
    await admin.call((call) => call.status === 404 && call.state === 'refused')
    await admin.call((call) => call.status === 401 && call.state === 'refused')
  })
  await t.test('models are those of the key', async () => {
    const list = await serve.client().models.list()
    assert.deepEqual(
      list.data.map((model) => model.id),
      ['chat'],
    )
    assert.equal((await serve.client().models.retrieve('chat')).object, 'model')
  })
})

/** A program that listens where Headgate is told to. */
async function taken(t) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  return `127.0.0.1:${server.address().port}`
}

test('a taken port is said in words', async (t) => {
  const address = await taken(t)
  for (const [flag, other] of [
    ['--addr', '--admin'],
    ['--admin', '--addr'],
  ]) {
    const got = await headgate(t, [
      'serve',
      '--data',
      await folder(t),
      flag,
      address,
      other,
      '127.0.0.1:0',
    ])
    assert.equal(got.code, 1)
    assert.match(got.stderr, new RegExp(`^headgate: .*${address}`, 'm'))
    assert.doesNotMatch(got.stdout, /^(gateway|admin) /m)
  }
})

test('a second instance on the same data folder is refused, and the first goes on', async (t) => {
  const stage = await Stage.start(t)
  const serve = await serving(t, [await stage.add({ marker: 'good' })])
  const second = await headgate(t, [
    'serve',
    '--data',
    serve.data,
    '--addr',
    '127.0.0.1:0',
    '--admin',
    '127.0.0.1:0',
  ])
  assert.equal(second.code, 1)
  assert.match(second.stderr, /^headgate: .*already uses the data folder/m)
  const imported = await importInto(t, serve.data, { version: 1 })
  assert.equal(imported.code, 0, imported.stderr) // the first takes it in
  assert.equal((await askJSON(serve.client(), 'chat')).text, 'good#1 good#2 good#3 ')
})

for (const name of ['headgate.db', 'calls.db']) {
  test(`a ${name} that can't be read is set aside, told and never deleted`, async (t) => {
    const stage = await Stage.start(t)
    const data = await folder(t)
    const file = join(data, name)
    const rubbish = "this is no database, but somebody's only copy of something\n".repeat(100)
    await writeFile(file, rubbish)
    const imported = await importInto(t, data, configuration([await stage.add({ marker: 'good' })]))
    assert.equal(imported.code, 0, imported.stderr)
    await writeFile(file, rubbish) // again, for serve to find

    const serve = await Serve.start(t, data)
    const { notices } = await (await serve.login()).rpc('System/About')
    assert.equal(notices.length, 1)
    assert.equal(notices[0].params.File, file)
    assert.equal(await readFile(notices[0].params.Kept, 'utf8'), rubbish)
    if (name === 'calls.db') {
      assert.equal((await askJSON(serve.client(), 'chat')).text, 'good#1 good#2 good#3 ')
    }
  })
}

// What is wrong with a file, and the path that the words must name.
const wrong = [
  ['an unknown field', (c) => (c.providers[0].base_ulr = 'x'), 'providers[0].base_ulr'],
  [
    'an unknown field deep inside',
    (c) => (c.providers[0].models[0].price = 1),
    'providers[0].models[0].price',
  ],
  ['an unknown setting', (c) => (c.settings = { failovr: {} }), 'settings.failovr'],
  [
    'a member of an unknown provider',
    (c) => (c.groups[0].members[0].provider = 'nobody'),
    'groups[0].members[0].provider',
  ],
  [
    'a member of an unknown model',
    (c) => (c.groups[0].members[0].model = 'nothing'),
    'groups[0].members[0].model',
  ],
  [
    'an API key for an unknown group',
    (c) => (c.api_keys[0].groups = ['chat', 'none']),
    'api_keys[0].groups[1]',
  ],
  ['a URL that is none', (c) => (c.providers[0].base_url = 'example.com'), 'providers[0]'],
  [
    'a price below zero',
    (c) => (c.providers[0].models[0].input_price = -1),
    'providers[0].models[0]',
  ],
  ['a key that is too short', (c) => (c.api_keys[0].key = 'short'), 'api_keys[0]'],
  ['another version', (c) => (c.version = 2), 'version 2'],
]

test('a configuration with a fault is refused with its path, and nothing of it is kept', async (t) => {
  const data = await folder(t)
  const good = configuration([{ name: 'up', url: 'http://127.0.0.1:9/v1' }])
  for (const [name, spoil, path] of wrong) {
    await t.test(name, async (t) => {
      const spoilt = structuredClone(good)
      spoil(spoilt)
      // What comes before the fault in the file would be the half that is done.
      spoilt.providers.unshift({
        name: 'first',
        dialect: 'openai',
        base_url: 'http://127.0.0.1:9/v1',
      })
      const got = await importInto(t, data, spoilt)
      assert.equal(got.code, 1, got.stdout)
      assert.ok(got.stderr.includes(path.replace('providers[0]', 'providers[1]')), got.stderr)
      assert.equal(got.stdout, '')
    })
  }
  await t.test('not JSON', async (t) => {
    const got = await importInto(t, data, '{"version": 1,\n"providers": [}')
    assert.equal(got.code, 1)
    assert.match(got.stderr, /line 2/)
  })
  const serve = await Serve.start(t, data)
  const admin = await serve.login()
  assert.deepEqual(
    [
      await admin.rpc('Providers/List'),
      await admin.rpc('Groups/List'),
      await admin.rpc('APIKeys/List'),
    ],
    [[], [], []],
  )
})

test('importing the same file again changes nothing', async (t) => {
  const data = await folder(t)
  const file = {
    ...configuration([
      { name: 'up', url: 'http://127.0.0.1:9/v1', prices: { input_price: 1, output_price: 2 } },
    ]),
    failure_keywords: [{ keyword: 'quota exceeded' }],
    settings: { failover: { count: 2, minutes: 5 } },
  }
  const first = await importInto(t, data, file)
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^created +provider "up"/m)
  const second = await importInto(t, data, file)
  assert.equal(second.code, 0, second.stderr)
  assert.match(second.stdout, /^Nothing changed\.$/m)
  assert.doesNotMatch(second.stdout, /^(created|changed)/m)
  file.providers[0].models[0].input_price = 3
  const third = await importInto(t, data, file)
  assert.match(third.stdout, /^changed .*up/m)
  assert.match(third.stdout, /^0 created, 1 changed/m)
})

test('an API key that is left out is made, and printed once', async (t) => {
  const data = await folder(t)
  const stage = await Stage.start(t)
  const file = configuration([await stage.add({ marker: 'good' })])
  delete file.api_keys[0].key
  const first = await importInto(t, data, file)
  const [, apiKey] = first.stdout.match(/API key "laptop" is (\S+)/) ?? assert.fail(first.stdout)
  const second = await importInto(t, data, file)
  assert.ok(!second.stdout.includes(apiKey))
  const serve = await Serve.start(t, data)
  assert.equal((await askJSON(serve.client({ apiKey }), 'chat')).text, 'good#1 good#2 good#3 ')
})
