// What became of real calls, as the dashboard tells it, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('the dashboard tells what became of the calls', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good' }],
  })
  t.after(end)
  await login(page)
  await page.getByRole('link', { name: 'Dashboard' }).click()
  await page.getByText('No calls yet').waitFor()
  assert.equal(
    await page.getByRole('link', { name: 'Show me how' }).getAttribute('href'),
    '#/start',
  )

  const { key, baseUrl } = await furnish(page, upstreams.good)
  for (const model of ['chat', 'chat', 'chat', 'nobody'])
    await (await chat(baseUrl, key, model)).text()

  const card = (name) =>
    page.locator('dl > div').filter({ has: page.getByRole('term').filter({ hasText: name }) })
  await t.test('without being asked again', async () => {
    const calls = card(/^Calls$/)
    await calls.getByText('4', { exact: true }).waitFor()
    // There was nothing before: that is no change by 100%.
    assert.match(await calls.textContent(), /period before:\s*–/)
    await card('Success rate').getByText('100%').waitFor()
    const model = page.getByRole('region', { name: 'Calls by model' })
    await model.getByRole('link', { name: 'm1 · Good' }).waitFor()
    assert.match(await model.textContent(), /3\s*75%/)
  })

  await t.test('with the data behind each chart, by keyboard', async () => {
    const traffic = page.getByRole('region', { name: 'Calls over time' })
    await traffic.getByRole('button', { name: 'Table: Calls over time' }).press('Enter')
    assert.equal(await traffic.getByRole('row').count(), 25)
    await traffic.getByRole('link', { name: '1', exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor()
    assert.match(page.url(), /#\/calls\?state=canceled%2Crefused%2Cinterrupted$/)
    await page.getByRole('row', { name: /Refused.*nobody/ }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor()
  })

  await t.test('for a range and filters that a reload keeps', async () => {
    await page.getByRole('button', { name: '7 days' }).click()
    await page.getByLabel('Filter by provider').selectOption({ label: 'Good' })
    await card(/^Calls$/)
      .getByText('3', { exact: true })
      .waitFor()
    await page.reload()
    await card(/^Calls$/)
      .getByText('3', { exact: true })
      .waitFor()
    assert.match(page.url(), /#\/dashboard\?range=7d&provider=\d+$/)
    await page.getByRole('button', { name: 'Custom' }).click()
    await page.getByLabel('Last day').fill('2000-01-01')
    await page.getByRole('alert').getByText('The statistics could not be loaded').waitFor()
    await page.getByLabel('First day').fill('2000-01-01')
    await page.getByText('No calls in this time').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('button', { name: '24 hours' }).click()
    await card(/^Calls$/)
      .getByText('4', { exact: true })
      .waitFor()
  })

  await t.test('in another language', async () => {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'zh-Hant' })
    await page.getByRole('heading', { name: '儀表板' }).waitFor()
    await card('呼叫次數').getByText('4', { exact: true }).waitFor()
    await card('成功率').getByText('100%').waitFor()
    await page
      .getByRole('region', { name: '各模型的呼叫次數' })
      .getByRole('link', { name: 'm1 · Good' })
      .waitFor()
    await page.getByRole('button', { name: '表格：呼叫次數趨勢' }).click()
    await page.getByRole('columnheader', { name: '失敗' }).waitFor()
  })

  assert.deepEqual(complaints, [])
})
