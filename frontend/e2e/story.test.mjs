// What a person does first, from the login to the first call that failed over.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, freePort, launch, login, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const scripts = [
  { marker: 'good', models: ['m1', 'm2'], accept_keys: ['sk-good-0123456789abcdef'] },
]

test('from the first login to a call that fails over', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  await page.getByRole('heading', { name: 'Getting started' }).waitFor()

  await t.test('a provider is tested and added', async () => {
    await page.getByRole('link', { name: 'Add provider' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Good')
    await dialog.getByLabel('Base URL').fill(upstreams.good)
    await dialog.getByLabel('Key 1', { exact: true }).fill('sk-wrong-0123456789abcdef')
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    await dialog.getByText('Key rejected').waitFor()
    await dialog.getByText(/HTTP 401/).waitFor()
    await dialog.getByLabel('Key 1', { exact: true }).fill('sk-good-0123456789abcdef')
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    await dialog.getByText('It lists 2 models.').waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Good', level: 1 }).waitFor()
    assert.ok(
      !(await page.content()).includes('sk-good-0123456789abcdef'),
      'a key came back to the page',
    )
  })

  await t.test('its models are chosen with their prices', async () => {
    await page.getByRole('link', { name: 'Import models' }).first().click()
    await page.getByRole('row', { name: /m1 New/ }).click()
    await page.getByRole('button', { name: /^Edit m1/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Input', { exact: true }).fill('2.5')
    await dialog.getByLabel('Output').fill('10')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Import 1 model' }).click()
    await page.getByRole('link', { name: 'Go to Good' }).click()
    await page.getByRole('row', { name: /m1 \$2\.50 \$10\.00/ }).waitFor()
  })

  await t.test('a server that refuses connections is added beside it', async () => {
    await page.getByRole('link', { name: 'Providers' }).first().click()
    await page.getByRole('button', { name: 'Add provider' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Down')
    await dialog.getByLabel('Base URL').fill(`http://127.0.0.1:${await freePort()}/v1`)
    await dialog.getByRole('button', { name: 'Test connection' }).click()
    await dialog.getByText('no reply').waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Type in' }).click()
    await dialog.getByLabel('Type in model IDs').fill('m1')
    await dialog.getByRole('button', { name: 'Add 1 model' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })

  await t.test('both become members of a group', async () => {
    await page.getByRole('link', { name: 'Getting started' }).click()
    await page.getByRole('link', { name: 'Make group' }).click()
    await page.getByLabel('Name').fill('chat')
    await page.getByRole('button', { name: 'Save' }).click()
    for (const name of ['Down', 'Good']) {
      await page.getByRole('combobox', { name: 'Add a member to chat' }).click()
      await page.keyboard.type(name)
      await page.getByRole('option', { name: new RegExp(name) }).click()
      await page.getByLabel(`Priority of ${name} · m1`).waitFor()
    }
    await page.getByRole('button', { name: 'Move Good · m1 up' }).click()
    await page.locator('tbody tr').first().getByRole('link', { name: 'Good' }).waitFor()
    await page.getByRole('button', { name: 'Move Good · m1 down' }).click()
    await page.locator('tbody tr').first().getByRole('link', { name: 'Down' }).waitFor()
    await page.getByText('2 members').waitFor()
  })

  let key
  await t.test('an API key is shown once', async () => {
    await page.getByRole('link', { name: 'Getting started' }).click()
    await page.getByRole('link', { name: 'Create API key' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    key = await page.getByTestId('fresh-key').textContent()
    assert.match(key, /^hg-/)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.reload()
    await page.getByRole('row', { name: /laptop/ }).waitFor()
    assert.ok(!(await page.content()).includes(key), 'the key is shown again')
  })

  await t.test('a call with it fails over and appears at once', async () => {
    await page.getByRole('link', { name: 'Calls' }).click()
    await page.getByText('No calls yet').waitFor()
    const baseUrl = await page
      .getByRole('navigation')
      .locator('[title^="http://"]')
      .getAttribute('title')
    const reply = await chat(baseUrl, key)
    assert.equal(reply.status, 200)
    assert.match((await reply.json()).choices[0].message.content, /good/)
    const row = page.getByRole('row', { name: /Success.*chat.*Good/ })
    await row.click()
  })

  await t.test('the drawer tells of both attempts', async () => {
    const drawer = page.getByRole('dialog')
    await drawer.getByText('2 attempts').waitFor()
    const attempts = drawer.getByRole('article')
    assert.equal(await attempts.count(), 2)
    assert.match(await attempts.nth(0).textContent(), /Down[\s\S]*Then Good · .* was tried\./)
    assert.match(await attempts.nth(1).textContent(), /Good[\s\S]*Success/)
    assert.doesNotMatch(
      await attempts.nth(0).textContent(),
      /connection_refused/,
      'the reason is a code, not words',
    )
    assert.match(await drawer.textContent(), /computed from the tokens/)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'hidden' })
  })

  await t.test('the checklist is done', async () => {
    await page.getByRole('link', { name: 'Getting started' }).click()
    await page.getByText('Everything works').waitFor()
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Getting started' }).count(), 0)
  })

  await t.test('another language and theme hold at once', async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Language').selectOption('zh-Hant')
    await page.getByRole('heading', { name: '設定' }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-Hant')
    await page.getByLabel('佈景主題').selectOption('dark')
    await page.locator('html[data-theme=dark]').waitFor()
    await page.getByRole('link', { name: '供應商' }).click()
    await page.getByRole('heading', { name: '供應商' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '供應商' }).waitFor()
    await page.locator('html[data-theme=dark]').waitFor()
  })

  assert.deepEqual(complaints, [])
})
