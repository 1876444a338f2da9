// Models are imported from a provider's own list, and again when that list has
// changed, in two languages; and from one of 10,000.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const secret = 'sk-list-0123456789abcdef'
const scripts = [
  {
    marker: 'list',
    models: ['openai/gpt-4.1', 'openai/gpt-4.1-mini', 'qwen/qwen3-32b', 'qwen/qwen3-embedding'],
    accept_keys: [secret],
  },
  { marker: 'later', models: ['openai/gpt-4.1', 'openai/gpt-5', 'qwen/qwen3-32b'] },
  {
    marker: 'big',
    models: Array.from({ length: 10_000 }, (_, i) => `vendor-${i % 20}/model-${i}`),
  },
]

test('models are imported', { timeout: 150_000 }, async (t) => {
  const { page, admin, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  const row = (name) => page.getByRole('grid').getByRole('row', { name })

  await t.test('from a new provider, whose address and key are mended first', async () => {
    await page.goto(`${admin}/#/providers/import`)
    await page.getByLabel('Name', { exact: true }).fill('List')
    const url = page.getByRole('textbox', { name: 'Base URL' })
    await url.fill(`${upstreams.list}/v1`)
    await page.getByLabel('Key 1', { exact: true }).fill('sk-wrong-0123456789abcdef')
    await page.getByRole('button', { name: 'Fetch models' }).click()
    await page.getByRole('button', { name: `Try ${upstreams.list}` }).click()
    await page.getByText('Key rejected').waitFor()
    await page.getByText(/^Check the key: copied whole/).waitFor()
    await page.getByLabel('Key 1', { exact: true }).fill(secret)
    await page.getByRole('button', { name: 'Fetch models' }).click()
    await row(/openai\/gpt-4\.1 New/).waitFor()
    assert.deepEqual(await rpc(page, 'Providers/List'), [], 'something was saved already')
  })

  await t.test('filtered, named into groups and priced', async () => {
    await page.getByLabel('Filter').selectOption('All without')
    await page.getByLabel('Keywords, with commas between').fill('EMBEDDING, whisper')
    await page.getByRole('button', { name: 'Select all 3' }).click()
    await page.getByLabel('Groups').selectOption('A group per model')
    await page.getByLabel('Pattern').fill('{vendor}')
    await row(/gpt-4\.1-mini.*openai\s*new, with 1 other/).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Space')
    await page.getByText('2 of 4 selected').waitFor()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: /^Edit qwen\/qwen3-32b/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Per call' }).click()
    await dialog.getByRole('textbox', { name: 'Per call' }).fill('0.002')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await row(/qwen3-32b.*\$0\.002 per call.*entered/).waitFor()
    await page.waitForURL(/words=EMBEDDING.*pattern=/)
  })

  await t.test('reviewed, gone back from, and imported', async () => {
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByText('The provider List is added.').waitFor()
    await page.goBack()
    await page.getByText('3 of 4 selected').waitFor()
    await page.goForward()
    await page.getByRole('button', { name: 'Import 3 models' }).click()
    await page.getByText('The import is done').waitFor()
    await page.getByText('2 groups made').waitFor()
    await page.reload()
    await page.getByText('3 members added to groups').waitFor()
    await page.getByRole('link', { name: 'Go to List' }).click()
    await page.getByRole('row', { name: /qwen\/qwen3-32b.*\$0\.002/ }).waitFor()
    const groups = await rpc(page, 'Groups/List')
    assert.deepEqual(
      groups.map(({ name, members }) => [name, members.map(({ model }) => model)]),
      [
        ['openai', ['openai/gpt-4.1', 'openai/gpt-4.1-mini']],
        ['qwen', ['qwen/qwen3-32b']],
      ],
    )
  })

  await t.test('and once more when the list has changed, in another language', async () => {
    const [{ id, models, createdAt, updatedAt, keys, ...provider }] = await rpc(
      page,
      'Providers/List',
    )
    assert.ok(models.length === 3 && createdAt > 0 && updatedAt > 0 && keys.length === 1)
    await rpc(page, 'Providers/Save', { ...provider, id, keys: [], baseUrl: upstreams.later })
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'zh-Hant' })
    await page.getByRole('link', { name: '匯入模型' }).click()
    await row(/openai\/gpt-5 新增/).waitFor()
    const rows = await page.getByRole('grid').getByRole('row').allTextContents()
    assert.match(rows[1], /openai\/gpt-5/)
    assert.match(rows[2], /openai\/gpt-4\.1-mini.*已消失.*1 個群組的成員/s)
    await page.getByRole('checkbox', { name: '移除 openai/gpt-4.1-mini' }).click()
    await row(/openai\/gpt-5/).click()
    await page.getByLabel('群組', { exact: true }).selectOption('全部加入一個群組')
    await page.getByLabel('群組名稱').fill('qwen')
    await row(/openai\/gpt-5.*加入為最後一個成員/).waitFor()
    await page.getByRole('button', { name: '檢視變更' }).click()
    await page.getByText('離開 openai').waitFor()
    await page.getByRole('button', { name: '匯入 2 個' }).click()
    await page.getByText('匯入完成').waitFor()
    await page.getByText('已移除 1 個模型').waitFor()
    const groups = await rpc(page, 'Groups/List')
    assert.deepEqual(
      groups.map(({ name, members }) => [name, members.map(({ model }) => model)]),
      [
        ['openai', ['openai/gpt-4.1']],
        ['qwen', ['qwen/qwen3-32b', 'openai/gpt-5']],
      ],
    )
    await rpc(page, 'Settings/Save', { ...settings, language: 'en' })
  })

  await t.test('quickly, from a list of 10,000, whatever the expression', async () => {
    await page.goto(`${admin}/#/providers/import`)
    await page.getByRole('textbox', { name: 'Base URL' }).fill(upstreams.big)
    await page.getByRole('button', { name: 'Fetch models' }).click()
    await row(/vendor-0\/model-0 New/).waitFor()
    await page.getByLabel('Filter').selectOption('Only with')
    await page.getByRole('checkbox', { name: 'Regex' }).check()
    const words = page.getByLabel('Keywords, with commas between')
    await words.fill('(')
    await page.getByText('This is no valid regular expression yet.').waitFor()
    await words.fill('^((v|ve|vendor)+-?)+x$')
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor()
    await words.fill('^vendor-\\d/')
    await page.getByRole('button', { name: 'Select all 5,000' }).click()
    await page.getByText('5,000 of 10,000 selected').waitFor()
    const nodes = await page.getByRole('grid').evaluate((grid) => grid.querySelectorAll('*').length)
    assert.ok(nodes < 400, `${nodes} nodes for the rows`)
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Import 5,000 models' }).click()
    await page.getByText('5,000 models added').waitFor({ timeout: 30_000 })
  })

  assert.deepEqual(complaints, [])
})
