// Failure keywords: tried on a sample and on stored calls, then on real ones, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const scripts = [
  { marker: 'broke', steps: [{ content: ['Sorry, the daily ', 'limit of tokens is reached.'] }] },
  { marker: 'good' },
]

test('a failure keyword is tried before it counts', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnished(page, upstreams)
  const answer = async () => {
    const reply = await chat(baseUrl, key)
    return (await reply.json()).choices[0].message.content
  }
  for (let i = 0; i < 3; i++) assert.match(await answer(), /limit of tokens/)

  await page.getByRole('link', { name: 'Failure keywords' }).click()
  await page.getByRole('button', { name: 'Add keyword' }).click()
  const dialog = page.getByRole('dialog')
  const text = dialog.getByLabel('Keyword', { exact: true })

  await t.test('on a sample, with what is wrong at its place', async () => {
    await dialog.getByRole('radio', { name: 'Regular expression' }).check()
    await text.fill('limit of (tokens')
    await dialog.getByText(/has a \( without its \)/).waitFor()
    await text.fill('LIMIT of (tokens|calls)')
    await dialog.getByLabel(/^Sample text/).fill('The limit of calls. No limit.')
    await dialog.getByText(/^1 match/).waitFor()
    assert.deepEqual(await dialog.locator('mark').allTextContents(), ['limit of calls'])
  })

  await t.test('on the stored calls, from which one comes back', async () => {
    await dialog.getByRole('button', { name: 'Look through stored calls' }).press('Enter')
    await dialog.getByText('It is found in 3 calls.').waitFor()
    await dialog.getByText('3 of them succeeded nevertheless.').waitFor()
    await dialog.getByText(/^Looked through 3 calls since/).waitFor()
    const found = dialog.getByRole('list', { name: 'Calls in which it is found' })
    await found.getByRole('link').first().press('Enter')
    await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor()
    await page
      .getByRole('dialog')
      .getByText(/limit of tokens|1 attempt/)
      .first()
      .waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Failure keywords', level: 1 }).waitFor()
    assert.equal(await text.inputValue(), 'LIMIT of (tokens|calls)')
    assert.match(await dialog.getByLabel(/^Sample text/).inputValue(), /limit of calls/)
  })

  await t.test('and warns of what it would do, before it is saved', async () => {
    await dialog.getByLabel(/^Description/).fill('Free tier')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/many calls that succeeded/)
      .waitFor()
    await dialog.getByRole('button', { name: 'Save anyway' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })

  const row = page.getByRole('row', { name: /LIMIT of/ })
  await t.test('then it fails a reply, and counts', async () => {
    await row.getByText('Free tier').waitFor()
    await row.getByText('Never').waitFor()
    assert.match(await answer(), /good/)
    await row.getByText(/^now$|seconds ago/).waitFor()
    await row.getByRole('cell', { name: '1', exact: true }).waitFor()
  })

  await t.test('in some groups only, and not when it is off', async () => {
    await row.getByRole('button', { name: /^Edit/ }).click()
    await dialog.getByLabel('Groups').selectOption({ label: 'Some groups' })
    await dialog.getByRole('checkbox', { name: 'chat' }).check()
    await dialog.getByRole('button', { name: /^Save/ }).click()
    const anyway = dialog.getByRole('button', { name: 'Save anyway' })
    // Whether it warns depends on what the calls were so far.
    const closed = dialog.waitFor({ state: 'hidden' }).then(() => 'closed')
    if ((await Promise.race([anyway.waitFor().then(() => 'warned'), closed])) === 'warned')
      await anyway.click()
    await closed
    await row.getByText('chat').waitFor()
    await row.getByRole('switch').press('Space')
    await row.getByText('Off').waitFor()
    assert.match(await answer(), /limit of tokens/)
  })

  await t.test('in another language', async () => {
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'ja' })
    await page.getByRole('heading', { name: '失敗キーワード' }).waitFor()
    await row.getByText('応答とエラー').waitFor()
    await row.getByText('無効').waitFor()
    await page.getByRole('button', { name: 'キーワードを追加' }).click()
    await dialog.getByLabel('キーワード', { exact: true }).fill('limit')
    await dialog.getByLabel(/^サンプル/).fill('no limit')
    await dialog.getByText(/^1 か所が一致/).waitFor()
    await dialog.getByRole('button', { name: '保存された呼び出しを調べる' }).click()
    await dialog.getByText(/件で見つかりました。$/).waitFor()
  })

  assert.deepEqual(complaints, [])
})

/** Two members that answer, of which the first has nothing to say; bodies are kept. */
async function furnished(page, upstreams) {
  const settings = await rpc(page, 'Settings/Get')
  await rpc(page, 'Settings/Save', { ...settings, log: { ...settings.log, bodies: 'always' } })
  const members = []
  for (const name of ['broke', 'good']) {
    const provider = await rpc(page, 'Providers/Save', {
      id: 0,
      name,
      dialect: 'openai',
      baseUrl: upstreams[name],
      enabled: true,
      headers: [],
      keys: [{ id: 0, secret: 'sk-0123456789abcdef', enabled: true }],
    })
    const model = await rpc(page, 'Providers/SaveModel', {
      id: 0,
      providerId: provider.id,
      name: 'm1',
      enabled: true,
      contextTokens: 0,
      inputPrice: null,
      outputPrice: null,
      cachedInputPrice: null,
      callPrice: null,
    })
    const priority = members.length + 1
    members.push({ id: 0, modelId: model.id, priority, weight: 1, enabled: true })
  }
  const group = await rpc(page, 'Groups/Save', {
    id: 0,
    name: 'chat',
    policy: 'priority',
    enabled: true,
    members,
  })
  const { key } = await rpc(page, 'APIKeys/Create', {
    id: 0,
    name: 'laptop',
    groupIds: [group.id],
    enabled: true,
    expiresAt: 0,
    key: '',
  })
  const { baseUrl } = await rpc(page, 'Gateway/Status')
  return { key, baseUrl }
}
