// A tool is connected as a person does it: a key is made for it, what the page
// says is run in a shell, and the page notices the first call.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { furnish, launch, login, rpc, world } from './world.mjs'

const run = promisify(execFile)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const words = {
  en: {
    make: 'New key for curl',
    copy: 'Copy for Terminal',
    waiting: 'Waiting for the first call from curl…',
    connected: 'curl is connected.',
    see: 'See the call',
  },
  ko: {
    make: 'curl용 키 만들기',
    copy: 'Terminal용으로 복사',
    waiting: 'curl의 첫 호출을 기다리는 중…',
    connected: 'curl이(가) 연결되었습니다.',
    see: '호출 보기',
  },
}

for (const [language, word] of Object.entries(words))
  test(`a shell is connected, in ${language}`, { timeout: 60_000 }, async (t) => {
    const { page, admin, upstreams, complaints, end } = await world(browser, {
      scripts: [{ marker: 'good' }],
    })
    t.after(end)
    await login(page)
    await furnish(page, upstreams.good)
    await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), language })
    await page.goto(`${admin}/#/connect/curl`)
    await page.getByRole('button', { name: word.make }).click()
    await page.getByText(word.waiting).waitFor()
    await page.getByText(/Bearer hg-/).waitFor()
    const command = await page.getByRole('region', { name: 'Terminal' }).textContent()
    assert.match(command, /Bearer hg-/)

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: word.copy }).click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command)

    const { stdout } = await run('bash', ['-c', command], { timeout: 20_000 })
    assert.equal(JSON.parse(stdout).object, 'chat.completion')
    await page.getByText(word.connected).waitFor()
    await page.getByRole('link', { name: word.see }).click()
    await page.getByRole('dialog').waitFor()
    assert.deepEqual(complaints, [])
  })
