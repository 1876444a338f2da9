// Keys under a passphrase, in a browser on the real server: after a start nothing
// leaves the gateway until the passphrase was entered.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const passphrase = 'correct horse battery staple'

for (const [language, words] of [
  [
    'en',
    {
      file: 'Key file',
      change: 'Keep elsewhere…',
      passphrase: 'Passphrase',
      again: 'Repeat the passphrase',
      keep: 'Keep it there',
      locked: /locked with a passphrase/,
      unlock: 'Unlock',
      wrong: /doesn't open the provider keys/,
      rotate: 'New encryption key…',
      go: 'Make a new key',
      rotated: 'New encryption key made',
    },
  ],
  [
    'ja',
    {
      file: 'キーファイル',
      change: '保管場所を変える…',
      passphrase: 'パスフレーズ',
      again: 'もう一度入力',
      keep: 'ここに保管',
      locked: /パスフレーズでロックされています/,
      unlock: 'ロック解除',
      wrong: /開けません/,
      rotate: '暗号鍵を作り直す…',
      go: '鍵を作り直す',
      rotated: '暗号鍵を作り直しました',
    },
  ],
]) {
  test(`keys under a passphrase (${language})`, { timeout: 120_000 }, async (t) => {
    const { page, upstreams, complaints, end, restart } = await world(browser, {
      scripts: [{ marker: 'good' }],
    })
    t.after(end)
    await login(page)
    const { key } = await furnish(page, upstreams.good)
    await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), language })
    await page.goto(new URL('#/settings/security', page.url()).href)
    await page.getByText(words.file, { exact: true }).waitFor()
    await page.getByRole('button', { name: words.change }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: words.passphrase }).check()
    await dialog
      .getByLabel(words.passphrase, { exact: true })
      .and(page.locator('[type=password]'))
      .fill(passphrase)
    await dialog.getByLabel(words.again).fill(passphrase)
    await dialog.getByRole('button', { name: words.keep }).click()
    await dialog.waitFor({ state: 'hidden' })
    const { baseUrl } = await rpc(page, 'Gateway/Status')
    assert.equal((await chat(baseUrl, key)).status, 200)

    await restart()
    await login(page)
    await page.getByText(words.locked).waitFor()
    assert.equal((await rpc(page, 'Gateway/Status')).state, 'stopped')
    await assert.rejects(
      rpc(page, 'Keywords/Save', { id: 0, text: 'x', enabled: true }),
      /secrets_locked/,
    )
    const field = page.getByLabel(words.passphrase, { exact: true })
    await field.fill('not it at all')
    await page.getByRole('button', { name: words.unlock }).click()
    await page.getByText(words.wrong).waitFor()
    await field.fill(passphrase)
    await field.press('Enter')
    await page.getByText(words.locked).waitFor({ state: 'hidden' })
    const opened = await rpc(page, 'Gateway/Status')
    assert.equal(opened.state, 'running')
    assert.equal((await chat(opened.baseUrl, key)).status, 200)

    await page.goto(new URL('#/settings/security', page.url()).href)
    await page.getByRole('button', { name: words.rotate }).click()
    await dialog.getByLabel(words.passphrase, { exact: true }).fill(passphrase)
    await dialog.getByRole('button', { name: words.go, exact: true }).click()
    await page.getByText(words.rotated).waitFor()
    assert.equal((await chat(opened.baseUrl, key)).status, 200)
    assert.deepEqual(complaints, [])
  })
}
