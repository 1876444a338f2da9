// The call log with real calls: live, filtered, opened, exported and cleared, in two languages.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { check, visit } from './axe.mjs'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const scripts = [{ marker: 'good' }]
const settle = async (replies) => Promise.all((await Promise.all(replies)).map((one) => one.text()))

test('calls are watched, found and looked into', { timeout: 180_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  await page.getByRole('link', { name: 'Calls' }).click()
  await page.getByText('No calls yet').waitFor()
  const { key, baseUrl } = await furnish(page, upstreams.good)
  const grid = page.getByRole('grid', { name: 'Calls' })
  const listed = (many) => page.locator(`[role=grid][aria-rowcount="${many + 1}"]`).waitFor()

  await t.test('as they happen, and held back while the list is paused', async () => {
    await (await chat(baseUrl, key)).text()
    await page.getByRole('row', { name: /Success.*chat.*Good/ }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await (await chat(baseUrl, key, 'nobody')).text()
    await (await chat(baseUrl, key, 'chat', true)).text()
    await page.getByRole('button', { name: '2 new calls' }).click()
    await page.getByRole('row', { name: /Refused 404.*nobody.*No such group/ }).waitFor()
    await listed(3)
  })

  await t.test('filtered by what a row says, by keyboard and by pointer', async () => {
    await grid.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Alt+Enter')
    await page.getByRole('menuitem', { name: 'Only Model asked for: nobody' }).press('Enter')
    await page.waitForURL(/#\/calls\?model=nobody$/)
    await listed(1)
    await page.getByRole('button', { name: 'Remove filter Model asked for: nobody' }).click()
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()

    const cell = page
      .getByRole('row', { name: /Refused/ })
      .getByRole('gridcell')
      .first()
    const { width, height } = await cell.boundingBox()
    await cell.click({ position: { x: width - 12, y: height / 2 } })
    await page.waitForURL(/#\/calls\?state=refused$/)
    await page.getByRole('list', { name: 'Active filters' }).getByText('Refused').waitFor()
    await listed(1)
    await page.getByRole('button', { name: 'Clear all' }).click()
  })

  await t.test('by chosen values, which a reload and the dashboard keep', async () => {
    await page.getByRole('button', { name: '24 hours' }).click()
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByLabel('Provider', { exact: true }).selectOption({ label: 'Good' })
    await page.getByLabel('Model served').selectOption('m1')
    await page.getByLabel('API key').selectOption({ label: 'laptop' })
    await page.keyboard.press('Escape')
    await page.reload()
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()
    await listed(2)
    await page.getByRole('main').getByRole('link', { name: 'Dashboard' }).click()
    const calls = page.locator('dl > div').filter({ hasText: 'Calls' }).first()
    await calls.getByText('2', { exact: true }).waitFor()
    await page.goBack()
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()
    assert.match(page.url(), /#\/calls\?range=24h&provider=\d+&member=m1&key=\d+$/)
  })

  await t.test('by a text, to nothing and back', async () => {
    await page.getByLabel('Text or call ID').fill('no such thing')
    await page.getByText('Nothing matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Text or call ID').fill('NOBODY')
    await page.getByRole('row', { name: /Refused/ }).waitFor()
    await listed(1)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .waitFor()
  })

  await t.test('one by one, with what they carried', async () => {
    await page
      .getByRole('row', { name: /Success/ })
      .first()
      .click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('2 attempts').waitFor()
    await drawer.getByText(/computed from the tokens/).waitFor()
    await drawer.getByRole('button', { name: 'Show', exact: true }).click()
    // The words of the request, laid out.
    await drawer.getByRole('region', { name: 'Request' }).getByText('"content": "Hello"').waitFor()
    await drawer
      .getByRole('region', { name: 'Reply' })
      .getByText(/data: \{/)
      .waitFor()
    await drawer.getByRole('button', { name: 'Text only' }).click()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await drawer.getByRole('button', { name: 'Copy as cURL' }).click()
    await drawer.getByText("Copied, with the request's body.").waitFor()
    const curl = await page.evaluate(() => navigator.clipboard.readText())
    assert.ok(curl.includes(`'${baseUrl}/chat/completions'`), curl)
    assert.ok(curl.includes('$HEADGATE_API_KEY') && !curl.includes(key), curl)
    await page.keyboard.press('j')
    await drawer.getByText('This call never reached a member.').waitFor()
    await page.keyboard.press('k')
    await drawer.getByText('2 attempts').waitFor()
    const link = page.url()
    await page.goto('about:blank')
    await page.goto(link)
    await drawer.getByText('2 attempts').waitFor()
    await drawer.getByRole('button', { name: 'Only Provider: Refused' }).click()
    await page.getByText('Nothing matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
  })

  await t.test('and kept as a file of just those', async () => {
    await page.getByRole('button', { name: 'Problems' }).click()
    await listed(1)
    for (const [name, wanted] of [
      ['Export as CSV', /\.csv$/],
      ['Export as JSON', /\.json$/],
    ]) {
      await page.getByRole('button', { name: 'More actions' }).click()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name }).click(),
      ])
      assert.match(file.suggestedFilename(), wanted)
      const text = await readFile(await file.path(), 'utf8')
      assert.equal(text.match(/req_[0-9a-z]{26}/g)?.length, 1)
      assert.ok(text.includes('nobody'), text)
      await page.getByText(`Exported: ${file.suggestedFilename()}`).waitFor()
    }
    await page.getByRole('button', { name: 'Clear all' }).click()
  })

  await t.test('in Japanese, until they are cleared', async () => {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'ja' })
    await page.getByRole('heading', { name: 'コールログ' }).waitFor()
    await page.getByRole('button', { name: '問題あり' }).click()
    await page.getByRole('row', { name: /拒否.*nobody/ }).waitFor()
    await page.getByRole('button', { name: '絞り込み', exact: true }).click()
    await page.getByLabel('要求されたモデル').selectOption('nobody')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '絞り込み「要求されたモデル: nobody」を外す' }).click()
    await page.getByRole('button', { name: 'すべて解除' }).click()
    await page.getByRole('button', { name: 'その他の操作' }).click()
    await page.getByRole('menuitem', { name: '古い呼び出しを消去…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('対象の呼び出し').selectOption('all')
    await dialog.getByRole('button', { name: '消去', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('呼び出しはまだありません').waitFor()
    // Statistics stay.
    await page.getByRole('main').getByRole('link', { name: 'ダッシュボード' }).click()
    await page.locator('dl > div').first().getByText('3', { exact: true }).waitFor()
  })

  assert.deepEqual(complaints, [])
})

test('a long log stays light', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  for (let i = 0; i < 20; i++)
    await settle(Array.from({ length: 20 }, () => chat(baseUrl, key, 'nobody')))
  // Calls are written a moment after their replies.
  while ((await rpc(page, 'Calls/Health')).written < 400) await page.waitForTimeout(20)
  await page.getByRole('link', { name: 'Calls' }).click()
  const grid = page.getByRole('grid', { name: 'Calls' })
  await page
    .getByRole('row', { name: /Refused/ })
    .first()
    .waitFor()
  const most = await grid.evaluate(async (list) => {
    let most = 0
    while (!list.textContent.includes('These are all calls')) {
      list.scrollTop += 333
      await new Promise(requestAnimationFrame)
      most = Math.max(most, list.querySelectorAll('*').length)
    }
    return most
  })
  assert.equal(await grid.getAttribute('aria-rowcount'), '401')
  assert.ok(most <= 400, `${most} elements`)

  await t.test('and counts what comes in while it is read', async () => {
    await settle(Array.from({ length: 5 }, () => chat(baseUrl, key, 'nobody')))
    const top = await grid.evaluate((list) => list.scrollTop)
    await page.getByRole('button', { name: '5 new calls' }).waitFor()
    assert.equal(await grid.evaluate((list) => list.scrollTop), top)
    await page.getByRole('button', { name: '5 new calls' }).click()
    await page.waitForFunction(
      () => document.querySelector('[role=grid]').getAttribute('aria-rowcount') === '406',
    )
  })
  assert.deepEqual(complaints, [])
})

for (const dark of [false, true]) {
  test(`what opens over the calls has no barriers, ${dark ? 'dark' : 'light'}`, async (t) => {
    const size = { width: 900, height: 600 }
    const { page, admin, upstreams, complaints, end } = await world(browser, {
      scripts,
      dark,
      size,
    })
    t.after(end)
    await login(page)
    const { key, baseUrl } = await furnish(page, upstreams.good)
    for (const model of ['chat', 'nobody']) await (await chat(baseUrl, key, model)).text()
    const found = []
    await visit(page, admin, 'calls?range=custom&from=2026-01-01T08:00&until=&text=o&group=1')
    await page.getByRole('row', { name: /Success/ }).waitFor()
    found.push(...(await check(page, 'chips and an exact time')))
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByLabel('Model served').waitFor()
    found.push(...(await check(page, 'the filters')))
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: /Success/ }).click({ button: 'right' })
    await page.getByRole('menu').waitFor()
    // A menu floats over the page: it belongs to none of its landmarks.
    const ofMenu = await check(page, 'the menu of a row')
    found.push(...ofMenu.filter((violation) => !violation.includes(': region: ')))
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: /Success/ }).click()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('region', { name: 'Reply' }).waitFor()
    await page.getByText('Request headers').click()
    found.push(...(await check(page, 'a call with what it carried')))
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Clear old calls…' }).click()
    await page.getByRole('dialog').getByLabel('Which calls').selectOption('date')
    found.push(...(await check(page, 'clearing')))
    assert.deepEqual(found, [])
    assert.deepEqual(complaints, [])
  })
}
