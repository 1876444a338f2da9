// The support bundle in a browser on the real server: what is shown is what is saved.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const scripts = [
  { marker: 'good', steps: [{ status: 500, error: { message: 'secretive words' } }] },
]

/** The texts of an archive by their names, which its central directory lists. */
function unzipped(zip) {
  const texts = {}
  let at = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
  for (; zip.readUInt32LE(at) === 0x02014b50; at += 46) {
    const name = zip.readUInt16LE(at + 28)
    const start = zip.readUInt32LE(at + 42)
    const content = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28)
    const packed = zip.subarray(content, content + zip.readUInt32LE(at + 20))
    texts[zip.toString('utf8', at + 46, at + 46 + name)] = inflateRawSync(packed).toString()
    at += name + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return texts
}

for (const { language, open, include, save } of [
  {
    language: 'en',
    open: 'Support bundle…',
    include: 'Include log.txt',
    save: 'Save…',
  },
  {
    language: 'ja',
    open: 'サポート用データ…',
    include: 'log.txt を含める',
    save: '保存…',
  },
]) {
  test(
    `a support bundle is looked through and saved (${language})`,
    { timeout: 60_000 },
    async (t) => {
      const { page, upstreams, complaints, end } = await world(browser, { scripts })
      t.after(end)
      await login(page)
      const { key, baseUrl } = await furnish(page, upstreams.good)
      assert.equal((await chat(baseUrl, key)).ok, false)
      const settings = await rpc(page, 'Settings/Get')
      await rpc(page, 'Settings/Save', { ...settings, language })
      await page.goto(`${new URL(page.url()).origin}/#/settings/about`)
      await page.getByRole('button', { name: open }).click()
      const dialog = page.getByRole('dialog')
      const shown = {}
      for (const file of ['program.json', 'settings.json', 'providers.json', 'failed-calls.json']) {
        await dialog.getByRole('button', { name: file }).click()
        shown[file] = await dialog.getByRole('region', { name: file }).textContent()
      }
      assert.match(shown['program.json'], /HeadlessChrome/)
      assert.match(shown['failed-calls.json'], /"reason": "upstream_error"/)
      assert.doesNotMatch(Object.values(shown).join(), /secretive|0123456789abcdef|laptop|Refused/)
      await dialog.getByLabel(include).click()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: save }).click(),
      ])
      assert.match(file.suggestedFilename(), /^headgate-support-.*\.zip$/)
      const path = await file.path()
      assert.deepEqual(unzipped(await readFile(path)), shown)
      await dialog.waitFor({ state: 'hidden' })
      assert.deepEqual(complaints, [])
    },
  )
}
