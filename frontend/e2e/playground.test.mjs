// A group is tried from within the window, in two languages: it fails over, is
// stopped in its midst, and a reply full of HTML stays text.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { check, visit } from './axe.mjs'
import { furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const words = {
  en: {
    page: 'Playground',
    message: 'Message',
    stop: 'Stop',
    stopped: 'Stopped',
    answered: 'Answered by',
    attempts: '2 attempts',
    see: 'See the call',
    target: 'Group or model',
    search: 'Search groups and models',
    direct: 'This model alone is asked, past all groups; nothing fails over.',
    refused: 'Provider error',
    failed: 'The provider failed',
    again: 'Send again',
    groups: 'Groups',
  },
  ja: {
    page: 'プレイグラウンド',
    message: 'メッセージ',
    stop: '停止',
    stopped: '停止しました',
    answered: '応答元',
    attempts: '2 回の試行',
    see: '呼び出しを見る',
    target: 'グループまたはモデル',
    search: 'グループとモデルを検索',
    direct: 'どのグループも通さず、このモデルだけに質問します。フェイルオーバーはしません。',
    refused: 'プロバイダーエラー',
    failed: 'プロバイダーでエラーが発生しました',
    again: 'もう一度送信',
    groups: 'グループ',
  },
}

/** Tells an upstream what to do from now on. */
async function play(upstreams, script) {
  const reply = await fetch(`${upstreams.control}/upstreams/good/script`, {
    method: 'PUT',
    body: JSON.stringify(script),
  })
  assert.equal(reply.status, 204, await reply.text())
}

for (const [language, word] of Object.entries(words))
  test(`a group is tried, in ${language}`, { timeout: 120_000 }, async (t) => {
    const { page, admin, upstreams, complaints, end } = await world(browser, {
      scripts: [
        {
          marker: 'good',
          steps: [
            { content: ['Good ', 'day, ', 'Ada.'], reasoning: ['hm'], event_delay_ms: 60 },
            { content: ['The ', 'sea ', 'is '], hold: { events: 3, gate: 'sea' } },
            { content: ['blue.'] },
          ],
        },
      ],
    })
    t.after(end)
    await login(page)
    await furnish(page, upstreams.good)
    await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), language })
    await visit(page, admin, 'playground')
    const message = page.getByRole('textbox', { name: word.message })
    const reply = page.locator('[data-reply]').last()

    await t.test('and fails over to who can answer', async () => {
      await message.fill('Hello')
      await message.press('Enter')
      await reply.getByText('Good day, Ada.').waitFor()
      await page.getByText(word.answered).waitFor()
      const attempts = page.getByRole('list', { name: word.attempts }).getByRole('listitem')
      assert.match(
        await attempts.first().textContent(),
        new RegExp(`Refused · m1.*${word.refused}`),
      )
      assert.match(await attempts.last().textContent(), /Good · m1/)
    })

    await t.test('and stopped while it streams', async () => {
      await message.fill('What is the sea like?')
      await message.press('Enter')
      await reply.getByText('The sea').waitFor()
      await page.locator('[data-cursor]').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('article').last().getByText(word.stopped).waitFor()
      assert.deepEqual(await check(page, 'stopped'), [])
      assert.match(await reply.textContent(), /^\s*The sea/)
      const received = await (await fetch(`${upstreams.control}/upstreams/good/requests`)).json()
      assert.deepEqual(JSON.parse(received.at(-1).body).messages, [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Good day, Ada.' },
        { role: 'user', content: 'What is the sea like?' },
      ])
    })

    await t.test('and is still there after a look elsewhere', async () => {
      await message.fill('not sent yet')
      await page.getByRole('link', { name: word.groups, exact: true }).click()
      await page.getByRole('heading', { name: word.groups, level: 1 }).waitFor()
      await page.getByRole('link', { name: word.page }).click()
      await page.getByText('Good day, Ada.').waitFor()
      assert.equal(await message.inputValue(), 'not sent yet')
    })

    await t.test('and leads to the call', async () => {
      await page.getByRole('link', { name: word.see }).first().click()
      await page.getByRole('dialog').waitFor()
      await page.goto(`${admin}/#/playground`)
    })

    await t.test('or a model alone, chosen by keyboard', async () => {
      await play(upstreams, { steps: [{ status: 500, body: 'out of order' }] })
      await page.getByRole('button', { name: word.target }).press('Enter')
      await page.getByRole('combobox', { name: word.search }).fill('good m1')
      await page.keyboard.press('Enter')
      await page.getByText(word.direct).waitFor()
      await message.fill('Hello')
      await message.press('Enter')
      await page.getByRole('alert').getByText(word.failed).waitFor()
      assert.deepEqual(await check(page, 'after a failure'), [])
      await play(upstreams, { steps: [{ content: ['again'] }] })
      await page.getByRole('button', { name: word.again }).press('Enter')
      await reply.getByText('again').waitFor()
    })

    assert.deepEqual(complaints, [])
  })

test('what a model writes is text, whatever it is', { timeout: 60_000 }, async (t) => {
  const attack = [
    '**bold** <script>window.harmed = 1</script>',
    '<img src="https://evil.invalid/a.png" onerror="window.harmed = 1">',
    '![x](https://evil.invalid/b.png)',
    '<svg onload="window.harmed = 1"></svg><iframe src="https://evil.invalid/c"></iframe>',
    '<style>@import "https://evil.invalid/d.css"</style>',
    '[click](javascript:window.harmed=1) [docs](https://docs.invalid/page)',
  ].join('\n\n')
  const { page, admin, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good', steps: [{ content: [attack] }] }],
  })
  t.after(end)
  const strangers = []
  page.context().on('request', (request) => {
    if (!request.url().startsWith(admin)) strangers.push(request.url())
  })
  await login(page)
  await furnish(page, upstreams.good)
  await visit(page, admin, 'playground')
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello')
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await page.getByText('Answered by').waitFor()
  const reply = page.locator('[data-reply]')
  assert.equal((await reply.textContent()).trim(), attack)
  await page.getByRole('switch', { name: 'Show Markdown' }).click()
  await reply.locator('strong').getByText('bold').waitFor()
  assert.match(await reply.textContent(), /<script>window\.harmed = 1<\/script>/)
  assert.equal(
    await reply.locator('script, img, svg, iframe, style, [onerror], [onload]').count(),
    0,
  )
  assert.equal(await reply.locator('a').count(), 1)
  assert.deepEqual(strangers, [])
  assert.deepEqual(await check(page, 'Markdown'), [])

  const [opened] = await Promise.all([
    page.context().waitForEvent('page'),
    reply.getByRole('link', { name: 'docs' }).click(),
  ])
  assert.equal(await page.evaluate(() => window.harmed), undefined)
  await opened.waitForLoadState().catch(() => {}) // there is no such host
  assert.deepEqual(strangers, ['https://docs.invalid/page'])
  assert.match(page.url(), /#\/playground$/)
  assert.deepEqual(complaints, [])
})
