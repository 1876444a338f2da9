// Moving over from the old server with a database of it, in two languages.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch, login, rpc, world } from './world.mjs'

const root = join(import.meta.dirname, '..', '..')
const database = join(root, 'app', 'oldserver', 'testdata', 'api_server.db')

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const words = {
  en: {
    link: 'Moving over from the old server?',
    choose: 'Choose api_server.db…',
    found: 'Found in the old server',
    filter: 'Filter',
    calls: 'Bring 300 calls along',
    kept: /will then keep calls for ever/,
    import: 'Import',
    done: /^Imported: \d+ changes$/,
    brought: '300 calls checked; what was missing was added.',
    providers: 'Providers',
    again: 'Another file',
    file: 'Choose a file…',
    there: 'Everything is there already.',
  },
  'zh-Hant': {
    link: '要從舊伺服器搬過來嗎？',
    choose: '選擇 api_server.db…',
    found: '在舊伺服器中找到',
    filter: '篩選',
    calls: '一併匯入 300 筆呼叫',
    kept: /將改為永久保留/,
    import: '匯入',
    done: /^已匯入 \d+ 項變更$/,
    brought: '已檢查 300 筆呼叫，缺少的都已匯入。',
    providers: '供應商',
    again: '換一個檔案',
    file: '選擇檔案…',
    there: '所有內容都已存在。',
  },
}

for (const [language, say] of Object.entries(words)) {
  test(`an old server's database moves over, in ${language}`, { timeout: 120_000 }, async (t) => {
    const { page, complaints, end } = await world(browser)
    t.after(end)
    await login(page)
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language })

    await page.getByRole('link', { name: say.link }).click()
    const button = page.getByRole('button', { name: say.choose })
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()])
    await chooser.setFiles(database)

    await page.getByRole('heading', { name: say.found }).waitFor()
    assert.deepEqual(await rpc(page, 'Providers/List'), [])
    await page.getByLabel(say.filter).fill('relay3')
    await page.getByRole('button', { name: /^relay3/ }).click()
    await page.getByRole('row', { name: /gemini-2\.5-pro/ }).waitFor()
    assert.equal(await page.getByRole('button', { name: /^relay0/ }).count(), 0)
    await page.getByLabel(say.filter).fill('')
    await page.getByRole('button', { name: /^便宜模型/ }).click()
    assert.ok((await page.getByRole('row').count()) > 6)

    await page.getByRole('switch', { name: say.calls }).click()
    await page.getByText(say.kept).waitFor()
    await page.getByRole('button', { name: say.import, exact: true }).click()
    await page.getByText(say.done).waitFor()
    await page.getByText(say.brought).waitFor()

    const providers = await rpc(page, 'Providers/List')
    assert.deepEqual(
      providers.map(({ name }) => name),
      ['relay0', 'relay1', 'relay2', 'relay3'],
    )
    assert.equal((await rpc(page, 'APIKeys/List')).length, 4)
    assert.equal((await rpc(page, 'Settings/Get')).log.days, 0)
    const { rows } = await rpc(page, 'Calls/Page', {
      ...{ before: 0, after: 0, limit: 500, states: [], groupId: 0, apiKeyId: 0, providerId: 0 },
      ...{ member: '', model: '', from: 0, to: 0, text: '', id: '' },
    })
    assert.equal(rows.length, 300)

    await page.getByRole('main').getByRole('link', { name: say.providers }).click()
    await page.getByRole('heading', { name: say.providers, level: 1 }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: say.again }).click()
    const file = page.getByRole('button', { name: say.file })
    const [again] = await Promise.all([page.waitForEvent('filechooser'), file.click()])
    await again.setFiles(database)
    await page.getByText(say.there).waitFor()
    assert.deepEqual(complaints, [])
  })
}
