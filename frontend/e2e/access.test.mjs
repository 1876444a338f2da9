// Web pages of other sites, in a real browser: none reaches an upstream, none can
// read an answer, not even with a key that is right or under a name that was made
// to lead here. A page that a person allows calls and reads.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch(['--host-resolver-rules=MAP evil.example 127.0.0.1'])))
after(() => browser.close())

/** A site of somebody else's: an empty page on a port of its own. */
async function site(t) {
  const server = createServer((_, reply) => {
    reply.setHeader('Content-Type', 'text/html')
    reply.end('<!doctype html><title>Another site</title>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return server.address().port
}

/** All that a page can try at an address; what it could read of the answers. */
function attack(page, url, key, body) {
  return page.evaluate(
    async ([url, key, body]) => {
      const read = []
      const tries = []
      const ask = (name, options) =>
        tries.push(
          fetch(url, options)
            .then(async (reply) => {
              const text = await reply.text()
              if (reply.type !== 'opaque') read.push(`${name}: ${reply.status} ${text}`)
            })
            .catch(() => {}),
        )
      const json = { 'Content-Type': 'application/json' }
      const authorization = { Authorization: `Bearer ${key}` }
      ask('get')
      ask('get with the key', { headers: authorization })
      ask('json', { method: 'POST', headers: { ...json, ...authorization }, body })
      ask('plain text', { method: 'POST', headers: authorization, body })
      ask('simple', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body })
      ask('no-cors', { method: 'POST', mode: 'no-cors', body })
      ask('no-cors get', { mode: 'no-cors' })
      ask('cookies', { method: 'POST', credentials: 'include', headers: json, body })
      ask('another key header', { method: 'POST', headers: { ...json, 'X-Api-Key': key }, body })
      ask('options', { method: 'OPTIONS' })
      ask('put', { method: 'PUT', headers: authorization, body })
      navigator.sendBeacon(url, body)
      const frame = document.createElement('iframe')
      tries.push(
        new Promise((resolve) => {
          frame.name = `answer ${performance.now()}`
          const form = document.createElement('form')
          Object.assign(form, {
            action: url,
            method: 'post',
            enctype: 'text/plain',
            target: frame.name,
          })
          const field = document.createElement('input')
          Object.assign(field, { name: body.slice(0, -1), value: '}' })
          form.append(field)
          document.body.append(frame, form)
          frame.onload = resolve
          setTimeout(resolve, 3000)
          form.submit()
        }).then(() => {
          try {
            const text = frame.contentDocument?.body?.innerText
            if (text) read.push(`form: ${text}`)
          } catch {
            // Another origin's: the browser keeps it shut.
          }
        }),
        new Promise((resolve) => {
          const source = new EventSource(url)
          source.onmessage = ({ data }) => read.push(`events: ${data}`)
          source.onerror = () => (source.close(), resolve())
          setTimeout(() => (source.close(), resolve()), 3000)
        }),
        new Promise((resolve) => {
          const socket = new WebSocket(url.replace('http', 'ws'))
          socket.onopen = () => (read.push('socket: open'), resolve())
          socket.onerror = resolve
          setTimeout(resolve, 3000)
        }),
        new Promise((resolve) => {
          const script = document.createElement('script')
          script.src = url
          script.onload = () => (read.push('script: loaded'), resolve())
          script.onerror = resolve
          document.body.append(script)
        }),
      )
      await Promise.all(tries)
      return read
    },
    [url, key, body],
  )
}

test('pages of other sites reach nobody', { timeout: 120_000 }, async (t) => {
  const { page, admin, upstreams, end } = await world(browser, { scripts: [{ marker: 'good' }] })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  const taken = async () =>
    (await (await fetch(`${upstreams.control}/upstreams/good/requests`)).json()).length
  const port = await site(t)
  const other = await browser.newPage()
  t.after(() => other.close())
  const gateway = new URL(baseUrl).port
  const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] })

  await t.test('neither the gateway nor the administration', async () => {
    const before = await taken()
    await other.goto(`http://127.0.0.1:${port}/`)
    for (const url of [
      `http://127.0.0.1:${gateway}/v1/chat/completions`,
      `http://localhost:${gateway}/v1/responses`,
      `http://127.0.0.1:${gateway}/v1/models`,
      `http://127.0.0.1:${gateway}/health`,
      `http://evil.example:${gateway}/v1/chat/completions`,
      `${admin}/rpc/Providers/List`,
      `${admin}/rpc/Gateway/Stop`,
      `${admin}/events`,
    ]) {
      assert.deepEqual(await attack(other, url, key, body), [], url)
    }
    assert.equal(await taken(), before)
    assert.equal((await rpc(page, 'Gateway/Status')).state, 'running')
  })

  await t.test('under a name of their own that leads here', async () => {
    const before = await taken()
    for (const [at, paths] of [
      [`http://evil.example:${gateway}`, ['/v1/chat/completions', '/v1/models', '/health', '/']],
      [admin.replace('127.0.0.1', 'evil.example'), ['/rpc/Providers/List', '/events', '/']],
    ]) {
      await other.goto(`${at}/`)
      for (const path of paths) {
        for (const said of await attack(other, at + path, key, body)) {
          assert.match(said, /host_not_allowed|host_refused/, `${at}${path}`)
        }
      }
    }
    assert.equal(await taken(), before)
  })
})

for (const [language, name, field, save, failed] of [
  ['en', 'Access', 'Web pages', 'Save', /is not a web page’s origin|is not a web page's origin/],
  ['zh-Hant', '存取', '網頁', '儲存', /不是網頁的來源/],
]) {
  test(`a page that is allowed calls and reads (${language})`, { timeout: 120_000 }, async (t) => {
    const { page, upstreams, complaints, end } = await world(browser, {
      scripts: [{ marker: 'good' }],
    })
    t.after(end)
    await login(page)
    const { key, baseUrl } = await furnish(page, upstreams.good)
    await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), language })
    const port = await site(t)
    await page.goto(new URL('#/settings/access', page.url()).href)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
    await page.getByRole('link', { name, exact: true }).waitFor()
    const pages = page.getByLabel(field, { exact: true })
    await pages.fill('https://chat.example/')
    await page.getByRole('button', { name: save, exact: true }).click()
    await page.getByText(failed).first().waitFor()
    await pages.fill(`http://127.0.0.1:${port}`)
    await page.getByRole('button', { name: save, exact: true }).click()
    await pages.and(page.locator(':not([aria-invalid])')).waitFor()
    await page.getByRole('button', { name: save, exact: true }).waitFor({ state: 'hidden' })

    const other = await browser.newPage()
    t.after(() => other.close())
    await other.goto(`http://127.0.0.1:${port}/`)
    const read = await other.evaluate(
      async ([url, key]) => {
        const reply = await fetch(url, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Authorization: `Bearer ${key}`,
            'X-Stainless-Lang': 'js',
          },
          body: JSON.stringify({
            model: 'chat',
            stream: true,
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        })
        return {
          status: reply.status,
          provider: reply.headers.get('X-Headgate-Provider'),
          text: await reply.text(),
        }
      },
      [`${baseUrl}/chat/completions`, key],
    )
    assert.equal(read.status, 200)
    assert.equal(read.provider, 'Good')
    assert.match(read.text, /good#1[^]*\[DONE\]/)
    assert.deepEqual(complaints, [])
  })
}
