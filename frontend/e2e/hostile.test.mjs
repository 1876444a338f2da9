// 200 hostile texts in every place where somebody else's text can stand, and every
// page looked at: nothing runs, nothing is asked for, and no link leads astray.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { pages, settle } from './axe.mjs'
import { desktop, offers, oldServer } from './hostile.mjs'
import { names, payloads } from './payloads.mjs'
import { launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const isReading =
  /^(\w+\/(List|Get|Page|Health|KeyHealth|Status|State|About|Stats|Explain|Bodies|Progress|LogPageMounted|ModelImportProgress)|Imports\/Preview|Playground\/(Send|Read)|Backups\/Preview|Support\/Make|Update\w*\/\w+)$/

/** An upstream that says what the number in the prompt asks for, as a reply or as an error. */
async function hostileUpstream() {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const said = /#(\d+)#/.exec(body)
    const text = said
      ? payloads[Number(said[1]) % payloads.length]
      : payloads.toReversed().join('\n\n')
    const kind = said ? Number(said[1]) % 4 : 0
    const error = { message: text, type: text, code: text, param: text }
    const choice = {
      index: 0,
      message: { role: 'assistant', content: text },
      finish_reason: 'stop',
    }
    const event = { choices: [{ index: 0, delta: { content: text }, finish_reason: 'stop' }] }
    if (JSON.parse(body || '{}').stream) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      return response.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)
    }
    const [status, type, words] = [
      [200, 'application/json', JSON.stringify({ model: text, choices: [choice] })],
      [400, 'application/json', JSON.stringify({ error })],
      [500, 'text/html', `<html><title>${text}</title>${text}</html>`],
      [429, 'application/json', JSON.stringify({ detail: [text], error: text })],
    ][kind]
    response.writeHead(status, { 'Content-Type': type })
    response.end(words)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { baseUrl: `http://127.0.0.1:${server.address().port}/v1`, close }
}

function configuration(baseUrl) {
  const rules = (name) => [{ text: name, action: 'next' }]
  const some = names.filter((_, i) => i % 4 === 0)
  return {
    version: 1,
    providers: names.map((name, i) => ({
      name,
      dialect: 'openai',
      base_url: baseUrl,
      keys: [`sk-${i}-0123456789abcdef`],
      headers: [
        { name: 'X-Title', value: /^[ -~]+$/.test(name) ? name : 'x' },
        { name: 'X-Gate', value: '<script>__pwned=2</script>' },
      ],
      rules: rules(name),
      models: [{ id: name }],
    })),
    groups: names.map((name) => ({
      name,
      members: [{ provider: name, model: name }],
      rules: rules(name),
    })),
    api_keys: some.map((name) => ({ name, models: true })),
    failure_keywords: some.map((name) => ({
      keyword: `never ${name}`,
      description: name,
      enabled: false,
    })),
    settings: { log: { bodies: 'always' } },
  }
}

/** Puts a file where an import can be previewed. */
const upload = (page, content) =>
  page.evaluate(async (text) => {
    const headers = { 'Content-Type': 'application/octet-stream' }
    const reply = await fetch('/files?name=<img src=x onerror=__pwned=1>.json', {
      method: 'POST',
      headers,
      body: text,
    })
    return (await reply.json()).id
  }, JSON.stringify(content))

async function fill(page, baseUrl) {
  const id = await upload(page, configuration(baseUrl))
  await rpc(page, 'Imports/Start', id, '', false)
  let progress
  do progress = await rpc(page, 'Imports/Progress')
  while (progress.running)
  assert.equal(progress.error, null, JSON.stringify(progress.error))
  const { key } = await rpc(page, 'APIKeys/Create', {
    id: 0,
    name: 'tool',
    groupIds: (await rpc(page, 'Groups/List')).map((group) => group.id),
    enabled: true,
    expiresAt: 0,
    key: '',
  })
  const { baseUrl: gateway } = await rpc(page, 'Gateway/Status')
  for (const [i, text] of payloads.entries()) {
    const reply = await fetch(`${gateway}/chat/completions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${key}`,
        'User-Agent': text.replace(/[^ -~]/g, '?'),
        'X-Tool': text.replace(/[^ -~]/g, '?'),
      },
      body: JSON.stringify({
        model: names[i % names.length],
        messages: [{ role: 'user', content: `#${i}# ${text}` }],
      }),
    })
    await reply.text()
  }
  for (;;) {
    // Calls are written in batches.
    const { rows } = await rpc(page, 'Calls/Page', { limit: 500 })
    if (rows.length >= payloads.length) return rows
  }
}

/** Notes whatever a page must not do. */
async function watch(page, admin) {
  const found = { done: [], called: new Set() }
  page.on('dialog', (dialog) => {
    found.done.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', (other) => found.done.push(`window ${other.url()}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname.startsWith('/rpc/')) found.called.add(url.pathname.slice('/rpc/'.length))
    if (url.origin !== new URL(admin).origin && url.protocol !== 'data:') {
      found.done.push(`request ${url.href}`)
    }
  })
  await page.exposeFunction('reportViolation', (what) => found.done.push(`violation ${what}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.reportViolation(`${event.effectiveDirective} ${event.blockedURI}`),
    )
  })
  return found
}

/** What is wrong with a page as it stands. */
const wrong = (page) =>
  page.evaluate(() => {
    const faults = []
    if (window.__pwned !== undefined) faults.push('a script ran')
    for (const link of document.querySelectorAll('a[href], area[href]')) {
      const url = new URL(link.getAttribute('href'), location.href)
      const inside = url.origin === location.origin && url.pathname === '/'
      if (!inside && url.protocol !== 'https:') faults.push(`a link leads to ${url.href}`)
    }
    const active =
      'main script, main iframe, main object, main embed, main base, main style, form[action]'
    for (const element of document.querySelectorAll(active)) faults.push(element.outerHTML)
    for (const element of document.querySelectorAll('body *')) {
      for (const { name } of element.attributes) {
        if (name.startsWith('on')) faults.push(`${element.tagName} has ${name}`)
      }
    }
    for (const image of document.images) {
      if (image.src !== '' && new URL(image.src).origin !== location.origin) faults.push(image.src)
    }
    return faults
  })

test('hostile texts stay texts on every page', { timeout: 180_000 }, async (t) => {
  assert.ok(new Set(payloads).size >= 200, `${new Set(payloads).size} payloads`)
  assert.ok(names.length >= 120, `${names.length} names`)
  const upstream = await hostileUpstream()
  t.after(upstream.close)
  const { page, admin, complaints, end, log } = await world(browser)
  t.after(end)
  await login(page)
  const rows = await fill(page, upstream.baseUrl)
  const found = await watch(page, admin)
  const faults = []
  const look = async (where) => {
    await settle(page)
    for (const fault of await wrong(page)) faults.push(`${where}: ${fault}`)
  }
  const open = async (hash) => {
    await page.evaluate((to) => (location.hash = to), `#/${hash}`)
    await look(hash)
  }
  await page.goto('about:blank') // from here on it is watched
  await page.goto(admin)
  for (const hash of pages) await open(hash)
  for (const id of [2, 3]) {
    await open(`groups/${id * 40}`)
    await open(`providers/${id * 40}`)
    await page.getByRole('button', { name: 'Edit' }).first().click()
    await look(`provider ${id}, edited`)
  }
  // A call's drawer, and on to the next ones; one of each kind of reply.
  for (const row of rows.slice(0, 8)) {
    await open(`calls?call=${row.id}`)
    await page.getByRole('dialog').waitFor()
    for (const details of await page.getByRole('dialog').locator('summary').all()) {
      await details.click()
    }
    await look(`call ${row.id}`)
  }
  await open('groups')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('onerror')
  await page.getByRole('option').first().waitFor()
  await look('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  // All of them in one reply, as Markdown.
  for (const { memberId } of (await rpc(page, 'Groups/Health')) ?? []) {
    await rpc(page, 'Groups/ClearCooldown', memberId)
  }
  found.called.delete('Groups/ClearCooldown')
  await open('playground')
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Everything, please')
  await page.keyboard.press('Enter')
  await page.getByText('Answered by').waitFor()
  await page.getByRole('switch', { name: 'Show Markdown' }).click()
  const links = page.locator('main a[target=_blank]')
  await links.first().waitFor()
  await look('playground')
  for (const link of await links.all()) {
    const { href, words } = await link.evaluate((node) => ({
      href: node.href,
      words: node.textContent + (node.nextElementSibling?.textContent ?? ''),
    }))
    assert.ok(words.includes(href.replace(/\/$/, '')), `${href} is shown as ${words}`)
  }
  assert.ok((await links.count()) > 2, 'there are links to look at')

  const preview = configuration(upstream.baseUrl)
  for (const entry of [...preview.providers, ...preview.groups]) entry.name = `${entry.name} 2`
  preview.groups = []
  await open('settings/import')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ])
  await chooser.setFiles({
    name: '<img src=x onerror=__pwned=1>.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(preview)),
  })
  await page.getByRole('button', { name: 'Import', exact: true }).waitFor()
  await look('import')

  await page.getByRole('button', { name: 'Another file' }).click()
  const [another] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ])
  await another.setFiles(await oldServer(t))
  await page.getByRole('heading', { name: 'Found in the old server' }).waitFor()
  await page.evaluate(async () => {
    const closed = () => document.querySelectorAll('main [aria-expanded=false]')
    const more = () => [...document.querySelectorAll('main li > button')]
    for (;;) {
      const next = [...closed(), ...more().filter((one) => /^\s*Show more/.test(one.textContent))]
      if (next.length === 0) return
      for (const button of next) button.click()
      await new Promise(requestAnimationFrame)
    }
  })
  await look('moving over')
  const shown = await page.getByRole('main').textContent()
  const missing = names.filter((name) => !shown.includes(name))
  assert.deepEqual(missing, [], 'every name is before a person')

  const window = await page.context().newPage()
  window.setDefaultTimeout(10_000)
  const seen = await watch(window, admin)
  await desktop(window, structuredClone(offers))
  await window.goto(`${admin}/#/groups`)
  for (const [i, { name }] of offers.entries()) {
    if (i > 0) await window.evaluate(() => window.linked())
    const form = window.getByRole('dialog')
    await form.waitFor()
    assert.equal(await form.getByRole('textbox').first().inputValue(), name)
    await form.locator('summary').first().click()
    await settle(window)
    for (const fault of await wrong(window)) faults.push(`an offer of ${name}: ${fault}`)
    await window.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
  }
  await window.close()
  found.done.push(...seen.done)
  for (const method of seen.called) found.called.add(method)

  assert.deepEqual(faults, [])
  assert.deepEqual(found.done, [])
  assert.deepEqual(
    [...found.called].filter((method) => !isReading.test(method)),
    [],
  )
  assert.deepEqual(complaints, [])
  assert.equal((await rpc(page, 'Gateway/Status')).state, 'running')
  assert.doesNotMatch(log(), /"msg":"page error"/)
})
