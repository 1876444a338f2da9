// The gateway's door as the window shows it, and the way in and out of the pages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  chat,
  freePort,
  furnish,
  launch,
  login,
  occupy,
  password,
  rpc,
  username,
  world,
} from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('the pill stops and starts the gateway', { timeout: 60_000 }, async (t) => {
  const { page, upstreams, end, complaints } = await world(browser, {
    scripts: [{ marker: 'good' }],
  })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  const pill = page.getByRole('region', { name: 'Gateway' })
  await pill.getByText('Running').waitFor()
  assert.equal((await chat(baseUrl, key)).status, 200)

  await pill.getByRole('button', { name: 'Stop gateway' }).click()
  await pill.getByText('Stopped').waitFor()
  await assert.rejects(chat(baseUrl, key))
  await page.getByText("The gateway is stopped: tools can't make calls.").waitFor()

  await page.getByRole('status').getByRole('button', { name: 'Start gateway' }).click()
  await pill.getByText('Running').waitFor()
  const { baseUrl: again } = await rpc(page, 'Gateway/Status')
  assert.equal((await chat(again, key)).status, 200)
  assert.deepEqual(complaints, [])
})

test('a taken port is a state with a way out', { timeout: 60_000 }, async (t) => {
  const { page, end, complaints } = await world(browser, { addr: false })
  t.after(end)
  await login(page)
  // Wherever the gateway has got to by its default, it is sent to a port of this test.
  const settings = await rpc(page, 'Settings/Get')
  const port = await freePort()
  await rpc(page, 'Settings/Save', {
    ...settings,
    gateway: { ...settings.gateway, address: `127.0.0.1:${port}` },
  })
  const pill = page.getByRole('region', { name: 'Gateway' })
  const status = await rpc(page, 'Gateway/Status')
  if (status.state !== 'running') await rpc(page, 'Gateway/Start')
  await pill.getByText(`127.0.0.1:${port}`).waitFor()
  await pill.getByRole('button', { name: 'Stop gateway' }).click()
  await pill.getByText('Stopped').waitFor()

  const other = await occupy(port)
  t.after(other.close)
  await pill.getByRole('button', { name: 'Start gateway' }).click()
  const alert = page.getByRole('alert')
  await alert.getByText(new RegExp(`127\\.0\\.0\\.1:${port}`)).waitFor()
  await pill.getByText('Could not start').waitFor()
  await alert.getByRole('button', { name: 'Retry' }).click()
  await alert.waitFor()

  const free = await freePort()
  await alert.getByRole('button', { name: 'Use another port' }).click()
  await alert.getByLabel('Port').fill(String(free))
  await alert.getByRole('button', { name: 'Save and start' }).click()
  await pill.getByText('Running').waitFor()
  await pill.getByText(`127.0.0.1:${free}`).waitFor()
  assert.equal((await rpc(page, 'Settings/Get')).gateway.address, `127.0.0.1:${free}`)
  assert.deepEqual(complaints, [])
})

test(
  'a wrong password is refused in words, and logging out ends the session',
  { timeout: 60_000 },
  async (t) => {
    const { page, end } = await world(browser)
    t.after(end)
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    assert.doesNotMatch(await alert.textContent(), /inside Headgate|_/)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('Password').waitFor()
    await assert.rejects(rpc(page, 'Providers/List'), /401/)
    await page.reload()
    await page.getByLabel('Password').waitFor()
  },
)

test(
  'without a network nobody is blamed, and the window says so until it is over',
  { timeout: 60_000 },
  async (t) => {
    const { page, upstreams, end, complaints } = await world(browser, {
      scripts: [{ marker: 'good' }],
    })
    t.after(end)
    await login(page)
    const { key, baseUrl } = await furnish(page, upstreams.good)
    // Names that no name server needs to be asked for: their first part is too long.
    const providers = []
    const models = []
    for (const letter of ['a', 'b']) {
      const provider = await rpc(page, 'Providers/Save', {
        id: 0,
        name: `far ${letter}`,
        dialect: 'openai',
        baseUrl: `http://${letter.repeat(64)}.test/v1`,
        enabled: true,
        headers: [],
        keys: [],
      })
      providers.push(provider)
      const model = { id: 0, providerId: provider.id, name: 'm1', enabled: true, contextTokens: 0 }
      const prices = {
        inputPrice: null,
        outputPrice: null,
        cachedInputPrice: null,
        callPrice: null,
      }
      models.push(await rpc(page, 'Providers/SaveModel', { ...model, ...prices }))
    }
    const [group] = await rpc(page, 'Groups/List')
    await rpc(page, 'Groups/Save', {
      id: group.id,
      name: group.name,
      policy: group.policy,
      enabled: true,
      members: models.map(({ id }) => ({
        id: 0,
        modelId: id,
        priority: 1,
        weight: 1,
        enabled: true,
      })),
    })
    const reply = await chat(baseUrl, key)
    assert.equal(reply.status, 502)
    assert.equal((await reply.json()).error.code, 'no_network')
    const banner = page.getByRole('status').filter({ hasText: 'No network since' })
    await banner.waitFor()
    assert.deepEqual(await rpc(page, 'Groups/Health'), [])
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'ja' })
    await page.getByText(/からネットワークがなく/).waitFor()
    await rpc(page, 'Settings/Save', settings)
    await banner.waitFor()
    for (const { id } of providers) await rpc(page, 'Providers/Delete', id)
    await banner.waitFor({ state: 'detached' })
    assert.deepEqual(complaints, [])
  },
)
