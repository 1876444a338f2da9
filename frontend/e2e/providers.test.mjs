// Providers as a person keeps them, on the real server: what failed stands in
// words where it is looked for, key by key, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const good = 'sk-Good-0123456789abcdef'

test('providers and their keys', { timeout: 120_000 }, async (t) => {
  const { page, admin, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good', models: ['m1'], accept_keys: [good] }],
    size: { width: 900, height: 600 },
  })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  for (let i = 0; i < 2; i++) await (await chat(baseUrl, key)).text()
  const row = (name) => page.getByRole('row', { name })

  await t.test('the row says in words what failed', async () => {
    await page.getByRole('link', { name: 'Providers' }).click()
    await row(/Refused.*Cooling down \d:\d\d.*The provider refused the connection/).waitFor()
    await row(/Good.*Working/).waitFor()
  })

  await t.test('a test that fails is in sight, however small the window', async () => {
    await page.getByRole('button', { name: 'Add provider' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Service').selectOption('Groq')
    await dialog.getByText('You get one at console.groq.com/keys.').waitFor()
    await dialog.getByLabel('Base URL').fill(upstreams.good)
    await dialog.getByLabel('Key 1', { exact: true }).fill('sk-wrong-0123456789abcdef')
    await dialog.getByText('Advanced').click()
    await dialog.getByLabel('Whole reply').fill('30')
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    const result = dialog.getByRole('status').filter({ hasText: 'Key rejected' })
    await result.waitFor()
    const inSight = await result.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
    assert.ok(inSight, 'something lies over the result')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Groq', level: 1 }).waitFor()
    await page.getByText('Failing').waitFor()
    await page.getByText('30 s', { exact: true }).waitFor()
    await page.getByText('as in the settings (120 s)').first().waitFor()
  })

  await t.test('a key is added, and the one that fails is removed', async () => {
    await page.getByRole('button', { name: 'Add key' }).click()
    await page.getByRole('dialog').getByLabel('Key').fill(good)
    await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click()
    await row(/sk-G.*Not used yet/).waitFor()
    await page.getByRole('button', { name: /^Remove key sk-w/ }).click()
    const confirm = page.getByRole('alertdialog')
    await confirm.getByText('1 other key goes on answering.').waitFor()
    await confirm.getByRole('button', { name: 'Remove' }).click()
    await row(/sk-w/).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Test connection' }).click()
    await page.getByText(/^Connected in/).waitFor()
  })

  await t.test('a copy is made, and all that one key opens is removed', async () => {
    await page.getByRole('button', { name: 'More actions for Groq' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { name: /^Groq .+/, level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Providers' }).first().click()
    await page.getByRole('button', { name: 'More actions for Providers' }).click()
    await page.getByRole('menuitem', { name: 'Remove by key…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Paste the key').fill(good)
    await dialog.getByLabel('Paste the key').press('Enter')
    const places = dialog.getByRole('list', { name: 'Where the key is' })
    await places.getByText('Its last key: the provider goes too').first().waitFor()
    assert.equal(await places.getByRole('listitem').count(), 3)
    await places.getByRole('checkbox', { name: /^Good/ }).uncheck()
    await dialog.getByRole('button', { name: 'Remove 2 keys' }).click()
    await dialog.getByText('2 providers').waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await row(/Groq/).waitFor({ state: 'detached' })
    await row(/Good/).waitFor()
  })

  await t.test('in another language', async () => {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'zh-Hant' })
    await page.getByRole('heading', { name: '供應商', level: 1 }).waitFor()
    await row(/Refused.*供應商拒絕連線/).waitFor()
    await page.getByRole('button', { name: /Good/ }).click()
    await page.getByRole('menuitem', { name: '刪除…' }).click()
    const confirm = page.getByRole('alertdialog')
    await confirm.getByText('這些群組會失去成員：').waitFor()
    await confirm.getByRole('listitem').filter({ hasText: 'chat' }).waitFor()
    await page.keyboard.press('Escape')
    await confirm.waitFor({ state: 'hidden' })
    await page.goto(`${admin}/#/providers/99`)
    await page.getByRole('link', { name: '供應商' }).last().waitFor()
  })

  assert.deepEqual(complaints, [])
})
