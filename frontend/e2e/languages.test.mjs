// Every page in every language and both themes, with something on it: nothing
// for axe to complain about, and nothing that the content policy blocks. English
// is look.test.mjs's.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { check, pages, visit } from './axe.mjs'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('no barriers in any language', { timeout: 900_000 }, async (t) => {
  const { page, admin, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good' }],
  })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  for (const model of ['chat', 'nobody']) await (await chat(baseUrl, key, model)).text()
  const settings = await rpc(page, 'Settings/Get')
  for (const language of ['zh-Hant', 'zh-Hans', 'ja', 'ko'])
    for (const theme of ['light', 'dark'])
      await t.test(`${language}, ${theme}`, async () => {
        await rpc(page, 'Settings/Save', { ...settings, language, theme })
        const found = []
        for (const hash of pages) {
          await visit(page, admin, hash)
          await page.locator(`html[lang=${language}][data-theme=${theme}]`).waitFor()
          found.push(...(await check(page, hash)))
        }
        assert.deepEqual(found, [])
      })
  assert.deepEqual(complaints, [])
})
