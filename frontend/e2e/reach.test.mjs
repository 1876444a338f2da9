// Who can reach the gateway, as a person chooses it: groups without a key, computers on
// the network, private networks of providers. Nothing here listens beyond loopback: a
// stopped gateway moves to an address without binding it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, freePort, furnish, launch, login, rpc, speak, texts, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** An address that nobody has, for documents. */
const elsewhere = '192.0.2.7'

test('who can reach the gateway', { timeout: 120_000 }, async (t) => {
  const { page, admin, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good' }],
    addr: false,
  })
  t.after(end)
  await login(page)
  const before = await rpc(page, 'Settings/Get')
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  await rpc(page, 'Settings/Save', { ...before, gateway: { ...before.gateway, address } })
  if ((await rpc(page, 'Gateway/Status')).state !== 'running') await rpc(page, 'Gateway/Start')
  const { key, baseUrl } = await furnish(page, upstreams.good)
  const [{ members }] = await rpc(page, 'Groups/List')
  const copies = members.map(({ modelId, priority }) => {
    return { id: 0, modelId, priority, weight: 1, enabled: true }
  })
  const other = { id: 0, name: 'code', policy: 'priority', enabled: true, members: copies }
  await rpc(page, 'Groups/Save', other)
  const status = async (model, secret) => {
    const reply = await chat(baseUrl, secret, model)
    await reply.text()
    return reply.status
  }

  for (const language of ['en', 'zh-Hans']) {
    const say = texts(language)
    const save = page.getByRole('button', { name: say('action.save'), exact: true })
    const dialog = page.getByRole('dialog')

    await t.test(`a group is open without a key, and closed again (${language})`, async () => {
      await speak(page, language)
      await page.goto(`${admin}/#/groups`)
      const badge = page.getByRole('main').getByText(say('groups.keyless_badge'))
      const toggle = async () => {
        const more = page.getByRole('button', { name: say('action.more_for', { Name: 'chat' }) })
        await more.click()
        await page.getByRole('menuitem', { name: say('groups.edit') }).click()
        await dialog.getByText(say('groups.keyless_hint')).waitFor()
        await dialog.getByRole('switch', { name: say('groups.keyless') }).click()
        await dialog.getByRole('button', { name: say('action.save'), exact: true }).click()
        await dialog.waitFor({ state: 'hidden' })
      }
      await page.getByRole('heading', { name: 'chat' }).waitFor()
      assert.equal(await status('chat', ''), 401)
      await toggle()
      await badge.waitFor()
      assert.equal(await badge.count(), 1)
      assert.equal(await status('chat', ''), 200)
      assert.equal(await status('chat', 'hg-wrong'), 401, 'a wrong key is none')
      assert.equal(await status('code', ''), 401, 'another group stays shut')
      await page.goto(`${admin}/#/connect/curl`)
      await page.getByText(say('connect.keyless_text')).waitFor()
      await page.goto(`${admin}/#/groups`)
      await toggle()
      await badge.waitFor({ state: 'detached' })
      assert.equal(await status('chat', ''), 401)
      assert.equal(await status('chat', key), 200)
    })

    await t.test(`other computers are warned of and told the addresses (${language})`, async () => {
      await rpc(page, 'Gateway/Stop')
      while ((await rpc(page, 'Gateway/Status')).state !== 'stopped');
      await page.goto(`${admin}/#/settings/gateway`)
      const reach = page.getByLabel(say('settings.host'))
      const warning = page.getByText(say('settings.host_warning'))
      await reach.selectOption({ label: say('settings.host_all') })
      await warning.waitFor()
      await reach.selectOption({ label: say('settings.host_local') })
      await warning.waitFor({ state: 'hidden' })
      await reach.selectOption({ label: say('settings.host_other') })
      await page.getByLabel(say('settings.host_address'), { exact: true }).fill(elsewhere)
      await warning.waitFor()
      await save.click()
      await page.getByText(say('settings.reach_title')).waitFor()
      await page.getByText(say('settings.reach_text')).waitFor()
      const { address, state, reach: told } = await rpc(page, 'Gateway/Status')
      assert.deepEqual([address, state], [`${elsewhere}:${port}`, 'stopped'])
      assert.deepEqual(told, [`http://${elsewhere}:${port}/v1`])

      await page.goto(`${admin}/#/connect/curl`)
      await page.getByText(`curl http://${elsewhere}:${port}/v1/`).waitFor()

      await page.goto(`${admin}/#/settings/access`)
      const names = page.getByLabel(say('settings.names'), { exact: true })
      await names.fill('http://gateway.home')
      await save.click()
      const wrong = say('error.host_name_invalid', { Name: 'http://gateway.home' })
      await page.getByText(wrong).first().waitFor()
      await names.fill('gateway.home, nas.home')
      await save.click()
      await save.waitFor({ state: 'hidden' })
      assert.deepEqual((await rpc(page, 'Settings/Get')).gateway.names, [
        'gateway.home',
        'nas.home',
      ])
    })

    await t.test(`providers in private networks are listed (${language})`, async () => {
      const networks = page.getByRole('region', { name: say('settings.networks') })
      await networks.getByText(say('settings.networks_text')).waitFor()
      const field = networks.getByRole('textbox')
      await field.fill('192.168.1.0/24 10.1')
      await save.click()
      await page
        .getByText(say('error.network_invalid', { Network: '10.1' }))
        .first()
        .waitFor()
      await field.and(page.locator('[aria-invalid=true]')).waitFor()
      await field.fill('192.168.1.0/24 10.0.0.9')
      await save.click()
      await save.waitFor({ state: 'hidden' })
      const { gateway } = await rpc(page, 'Settings/Get')
      assert.deepEqual(gateway.networks, ['192.168.1.0/24', '10.0.0.9'])
      await page.reload()
      assert.equal(await field.inputValue(), '192.168.1.0/24\n10.0.0.9')

      const settings = { ...gateway, address, names: [], networks: [] }
      await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), gateway: settings })
      await rpc(page, 'Gateway/Start')
    })
  }
  assert.deepEqual(complaints, [])
})
