// API keys: what works at the gateway with each of them, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('an API key from its making to its end', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good' }],
  })
  t.after(end)
  await login(page)
  const { baseUrl } = await furnish(page, upstreams.good)
  const status = async (key) => {
    const reply = await chat(baseUrl, key)
    await reply.text()
    return reply.status
  }
  await page.getByRole('link', { name: 'API keys' }).click()
  const dialog = page.getByRole('dialog')
  const row = page.getByRole('row', { name: /phone/ })
  let first
  let second

  await t.test('is made for 30 days and shown once', async () => {
    await page.getByRole('button', { name: 'Create API key' }).click()
    await dialog.getByLabel('Name').fill('phone')
    await dialog.getByLabel('Expires').selectOption({ label: 'On a date…' })
    await dialog.getByLabel('Last day').fill('2020-02-02')
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog.getByText(/This day is over/).waitFor()
    await dialog.getByLabel('Expires').selectOption({ label: '30 days' })
    await dialog.getByText(/^Works until the end of/).waitFor()
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    first = await page.getByTestId('fresh-key').textContent()
    await page.getByRole('button', { name: 'Done' }).click()
    assert.ok(!(await page.content()).includes(first), 'the key is still shown')
    await row.getByText('Active').waitFor()
    await row.getByText('Never').waitFor()
  })

  await t.test('says when it was used, while one looks', async () => {
    assert.equal(await status(first), 200)
    await row.getByText(/^now$|seconds ago/).waitFor()
  })

  await t.test('is rotated, and the old text works until it is ended', async () => {
    await row.getByRole('button', { name: 'Rotate phone' }).press('Enter')
    await dialog.getByRole('radio', { name: '1 hour' }).check()
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    second = await page.getByTestId('fresh-key').textContent()
    assert.notEqual(second, first)
    await dialog.getByText(new RegExp(`The old key …${first.slice(-4)} works until`)).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    assert.deepEqual([await status(first), await status(second)], [200, 200])
    await row.getByText(`…${first.slice(-4)} works until`).waitFor()
    await row.getByRole('button', { name: /^End now/ }).press('Enter')
    await page.getByRole('alertdialog').getByRole('button', { name: 'End now' }).click()
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
    assert.deepEqual([await status(first), await status(second)], [401, 200])
    assert.equal(await row.getByText(/works until/).count(), 0)
  })

  await t.test('is switched off and on', async () => {
    const enabled = row.getByRole('switch', { name: 'API key phone enabled' })
    await enabled.press('Space')
    await row.getByText('Off').waitFor()
    assert.equal(await status(second), 401)
    await enabled.press('Space')
    await row.getByText('Active').waitFor()
    assert.equal(await status(second), 200)
  })

  await t.test('may name models once it is allowed to', async () => {
    const asks = async (model) => {
      const reply = await chat(baseUrl, second, model)
      await reply.text()
      return reply.status
    }
    assert.equal(await asks('m1'), 404)
    await row.getByRole('button', { name: 'Edit phone' }).click()
    await dialog.getByRole('checkbox', { name: 'Any model, without a group' }).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await row.getByText('chat + any model').waitFor()
    assert.deepEqual(
      [await asks('m1'), await asks('Good/m1'), await asks('nothing')],
      [200, 200, 404],
    )
    await page.getByRole('link', { name: 'Calls' }).click()
    await page.getByRole('row', { name: /Good\/m1/ }).waitFor()
    await page.getByRole('link', { name: 'API keys' }).click()
  })

  await t.test('is told of in another language, and revoked', async () => {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'zh-Hant' })
    await page.getByRole('heading', { name: 'API 金鑰' }).waitFor()
    await row.getByText('有效').waitFor()
    await row.getByRole('button', { name: '撤銷 phone' }).click()
    const sure = page.getByRole('alertdialog')
    await sure.getByText(/上次使用：.*工具會立即遭拒/s).waitFor()
    await sure.getByRole('button', { name: '撤銷' }).click()
    await row.waitFor({ state: 'hidden' })
    assert.equal(await status(second), 401)
  })

  assert.deepEqual(complaints, [])
})
