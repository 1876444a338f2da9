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
    // Of just that hour.
    assert.match(
      page.url(),
      /#\/calls\?range=custom&from=[^&]+%3A00Z&until=[^&]+%3A00Z&state=canceled%2Crefused%2Cinterrupted$/,
    )
    await page.getByRole('row', { name: /Refused.*nobody/ }).waitFor()
    assert.equal(await page.getByRole('row').count(), 2)
    await page.goBack()
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor()
  })

  await t.test('with the way to the calls behind each bar and moment', async () => {
    await page
      .getByRole('region', { name: 'Calls by provider' })
      .getByRole('link', { name: 'Good' })
      .click()
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()
    assert.match(page.url(), /#\/calls\?range=24h&provider=\d+$/)
    assert.equal(await page.getByRole('row').count(), 4)
    await page.goBack()
    const chart = page.getByRole('region', { name: 'Response time', exact: true })
    // The newest moment is at the right edge.
    await chart.scrollIntoViewIfNeeded()
    const plot = await chart.locator('svg[role=presentation]').boundingBox()
    await page.mouse.move(plot.x + plot.width - 12, plot.y + plot.height / 2)
    await page.mouse.click(plot.x + plot.width - 12, plot.y + plot.height / 2)
    await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor()
    assert.match(page.url(), /range=custom&from=.*Z&until=.*Z$/)
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()
    await page.goBack()
  })

  await t.test('for a range and filters that a reload keeps', async () => {
    await page.getByRole('button', { name: '7 days' }).click()
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByLabel('Provider', { exact: true }).selectOption({ label: 'Good' })
    await page.keyboard.press('Escape')
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
    await page.getByRole('button', { name: 'Clear all' }).click()
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
