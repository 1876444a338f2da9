// Rules for errors: made, tried and seen at work on real calls, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const daily = { message: 'You have used up your daily limit.', type: 'requests' }
const scripts = [{ marker: 'limited', steps: [{ status: 429, error: daily }] }, { marker: 'good' }]

/** The group "chat" of a member that has a limit and a good one. */
async function made(page, upstreams, language) {
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good, {
    refused: 'Limited',
    good: 'Good',
    model: 'm1',
  })
  const [{ id }] = (await rpc(page, 'Providers/List')).filter(({ name }) => name === 'Limited')
  await rpc(page, 'Providers/Save', {
    id,
    name: 'Limited',
    dialect: 'openai',
    baseUrl: upstreams.limited,
    enabled: true,
    headers: [],
    keys: [{ id: 0, secret: 'sk-0123456789abcdef', enabled: true }],
  })
  if (language) {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language })
  }
  return (stream) => chat(baseUrl, key, 'chat', stream)
}

test('a rule decides on an error', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  const call = await made(page, upstreams)
  const dialog = page.getByRole('dialog')
  const row = (number) => dialog.getByRole('group', { name: `Rule ${number}` })

  await t.test('made in the group, with what is wrong at its place', async () => {
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByRole('button', { name: 'More actions for chat' }).click()
    await page.getByRole('menuitem', { name: 'Edit…' }).click()
    await dialog.getByText('decide yourself what follows an error').click()
    await dialog.getByRole('button', { name: 'Refused by moderation → next member' }).press('Enter')
    await dialog.getByRole('button', { name: 'Add rule' }).press('Enter')
    await page.keyboard.type('429')
    await row(2).getByLabel('Text in the error').fill('daily (limit')
    await row(2).getByRole('button', { name: 'Regular expression' }).press('Space')
    await row(2)
      .getByLabel('What happens then')
      .selectOption({ label: 'Next member, this one cools down' })
    await row(2).getByLabel('Cooldown in seconds').fill('3600')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/has a \( without its \)/)
      .waitFor()
    await row(2).getByLabel('Text in the error').fill('DAILY (limit|quota)')
  })

  await t.test('tried before it is saved, and moved by keyboard', async () => {
    await dialog.getByLabel(/^Try them/).fill('{"error":{"message":"the daily quota"}}')
    await dialog.getByText('No rule fits').waitFor()
    await dialog.getByLabel('Status', { exact: true }).fill('429')
    await dialog.getByText('Rule 2 decides: Next member, this one cools down').waitFor()
    await dialog.getByRole('button', { name: 'Move rule 2 up' }).press('Enter')
    await dialog.getByText('Rule 1 decides: Next member, this one cools down').waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    assert.equal(await focused(), 'Move rule 1 down')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('2 members · 1 API key · 2 rules').waitFor()
  })

  await t.test('at work: the member cools down, and the drawer names the rule', async () => {
    const reply = await call()
    assert.equal(reply.status, 200)
    assert.match((await reply.json()).choices[0].message.content, /good/)
    await page.getByText(/^Cooling down (1:00:00|59:\d\d)$/).waitFor()
    await page.getByRole('link', { name: 'Calls', exact: true }).click()
    await page.getByRole('row', { name: /Success/ }).click()
    await dialog
      .getByText(
        'Your rule for this group (429 · expression DAILY (limit|quota)): next member, cool down for 1h.',
      )
      .waitFor()
    await dialog.getByText(/assed over until .*1h/).waitFor()
    await page.keyboard.press('Escape')
  })

  await t.test('taken back with the group it was changed with', async () => {
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await page.getByText('2 members · 1 API key', { exact: true }).waitFor()
    const [group] = await rpc(page, 'Groups/List')
    assert.deepEqual(group.rules, [])
  })

  assert.deepEqual(complaints, [])
})

test('供應商的規則', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts, dark: true })
  t.after(end)
  const call = await made(page, upstreams, 'zh-Hant')
  const dialog = page.getByRole('dialog')
  await page.getByRole('link', { name: '供應商', exact: true }).click()
  await page.getByRole('link', { name: 'Limited' }).first().click()
  await page.getByRole('button', { name: '編輯' }).first().click()
  await dialog.getByText('自行決定遇到錯誤時怎麼做').click()
  await dialog.getByRole('button', { name: '新增規則' }).click()
  const row = dialog.getByRole('group', { name: '規則 1' })
  await row.getByLabel('錯誤中的文字').fill('daily limit')
  await row.getByLabel('符合時的動作').selectOption({ label: '停止：把這個回應交給工具' })
  await dialog.getByLabel(/^用一則錯誤試試看/).fill('Daily limit')
  await dialog.getByText('由規則 1 決定：停止：把這個回應交給工具').waitFor()
  await dialog.getByRole('button', { name: '儲存' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('文字「daily limit」 → 停止：把這個回應交給工具').waitFor()

  for (const stream of [false, true]) {
    const reply = await call(stream)
    assert.equal(reply.status, 429)
    assert.deepEqual((await reply.json()).error.message, daily.message)
  }
  await page.getByRole('link', { name: '呼叫日誌' }).click()
  await page.getByRole('row', { name: /失敗/ }).first().click()
  await dialog
    .getByText('您為這個供應商設的規則（文字「daily limit」）：停止，把這個回應交給了工具。')
    .waitFor()
  assert.deepEqual(await rpc(page, 'Groups/Health'), [])
  assert.deepEqual(complaints, [])
})
