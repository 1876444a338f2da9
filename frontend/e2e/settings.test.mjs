// The settings in a browser on the real server: sections that save, a backup and
// its restore, and a configuration that goes out and comes back.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const scripts = [{ marker: 'good' }]

/** Goes to a section by its name in the language of the page. */
async function section(page, name) {
  await page.getByRole('main').getByRole('link', { name, exact: true }).click()
  await page.getByRole('heading', { name, exact: true, level: 2 }).first().waitFor()
}

/** Waits for a download; it is gone with the page's world. */
async function download(page, begin) {
  const [file] = await Promise.all([page.waitForEvent('download'), begin()])
  return { path: await file.path(), name: file.suggestedFilename() }
}

async function speakChinese(page) {
  const settings = await rpc(page, 'Settings/Get')
  await rpc(page, 'Settings/Save', { ...settings, language: 'zh-Hant' })
}

async function choose(page, button, files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()])
  await chooser.setFiles(files)
}

test('settings are saved a section at a time', { timeout: 120_000 }, async (t) => {
  const { page, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  await page.getByRole('link', { name: 'Settings' }).click()

  await t.test('with what the failover numbers mean', async () => {
    await section(page, 'Failover')
    await page.getByLabel('Failures').fill('3')
    await page.getByLabel('First cooldown').fill('120')
    await page.getByText('3 failures within 5 min: the member is passed over for 2 min.').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' })
    const { failover } = await rpc(page, 'Settings/Get')
    assert.deepEqual(failover, {
      count: 3,
      minutes: 5,
      cooldownSeconds: 120,
      attempts: 8,
      beginSeconds: 300,
    })
  })

  await t.test('and refused in place', async () => {
    await section(page, 'Timeouts')
    const field = page.getByLabel('Whole reply')
    await field.fill('999999')
    await page.getByText('Enter a whole number from 1 to 3600').waitFor()
    assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled())
    await field.fill('900')
  })

  await t.test('and not lost by leaving', async () => {
    await page.getByRole('link', { name: 'Providers' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('Leave without saving?').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.getByLabel('Whole reply').inputValue(), '900')
    assert.match(page.url(), /#\/settings\/timeouts$/)
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('main').getByRole('link', { name: 'Call log', exact: true }).click()
    await dialog.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByRole('heading', { name: 'Call log', level: 2 }).waitFor()
    assert.equal((await rpc(page, 'Settings/Get')).timeouts.replySeconds, 600)
  })

  await t.test('the call log keeps what is chosen', async () => {
    await page.getByRole('radio', { name: 'For every call' }).check()
    await page.getByLabel('Keep at most').fill('64')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Unsaved changes').waitFor({ state: 'hidden' })
    assert.deepEqual((await rpc(page, 'Settings/Get')).log, {
      days: 90,
      bodies: 'always',
      bodyDays: 7,
      bodyKb: 64,
    })
  })
  assert.deepEqual(complaints, [])
})

test('a backup is restored after a look at what that changes', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, { scripts })
  t.after(end)
  await login(page)
  await furnish(page, upstreams.good)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('main').getByRole('link', { name: 'Data', exact: true }).click()
  const restores = page.getByRole('button', { name: /^Restore the backup of/ })
  await page.getByRole('button', { name: 'Back up now' }).waitFor()
  await page.waitForFunction(() => !document.querySelector('.animate-pulse'))
  const before = await restores.count()
  await page.getByRole('button', { name: 'Back up now' }).click()
  await page.waitForFunction(
    (n) => document.querySelectorAll('[aria-label^="Restore the backup"]').length > n,
    before,
  )

  const file = await download(page, () =>
    page
      .getByRole('button', { name: /^Save the backup of/ })
      .first()
      .click(),
  )
  assert.equal((await readFile(file.path)).subarray(0, 15).toString(), 'SQLite format 3')

  const [group] = await rpc(page, 'Groups/List')
  await rpc(page, 'Groups/Delete', group.id)
  await restores.first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('chat', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  assert.deepEqual(
    (await rpc(page, 'Groups/List')).map(({ name }) => name),
    ['chat'],
  )
  assert.deepEqual(complaints, [])
})

test('a configuration goes out and comes back', { timeout: 120_000 }, async (t) => {
  const here = await world(browser, { scripts })
  t.after(here.end)
  const { page } = here
  await login(page)
  await furnish(page, here.upstreams.good)
  await speakChinese(page)
  await page.goto(`${here.admin}/#/settings/data`)
  const save = page.getByRole('button', { name: '匯出…' })

  const plain = await download(page, () => save.click())
  assert.match(plain.name, /\.json$/)
  const text = await readFile(plain.path, 'utf8')
  assert.ok(JSON.parse(text).providers.length === 2)
  assert.ok(!text.includes('sk-Good'), 'a provider key is in an export without secrets')

  await page.getByRole('radio', { name: '包含並加密' }).check()
  await page.getByLabel('密碼短語').fill('correct horse battery')
  await page.getByLabel('再輸入一次').fill('correct horse battery')
  const locked = await download(page, () => save.click())
  assert.ok(!(await readFile(locked.path, 'utf8')).includes('sk-Good'))

  const there = await world(browser)
  t.after(there.end)
  await login(there.page)
  await speakChinese(there.page)
  await there.page.getByRole('link', { name: '設定' }).click()

  await t.test('encrypted', async () => {
    const { page } = there
    await page.getByRole('main').getByRole('link', { name: '資料', exact: true }).click()
    await page.getByRole('link', { name: '匯入檔案…' }).click()
    await choose(page, page.getByRole('button', { name: '選擇檔案…' }), locked.path)
    await page.getByText('這個檔案已加密').waitFor()
    await page.getByLabel('密碼短語').fill('wrong horse battery')
    await page.keyboard.press('Enter')
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('密碼短語').fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByText('尚未匯入任何內容。').waitFor()
    await page.getByText('chat', { exact: true }).waitFor()
    await page.getByRole('button', { name: '匯入', exact: true }).click()
    await page.getByText(/^已匯入 \d+ 項變更$/).waitFor()
    const names = (await rpc(page, 'Providers/List')).map(({ name }) => name)
    assert.deepEqual(names.sort(), ['Good', 'Refused'])
    await page.getByRole('main').getByRole('link', { name: '群組' }).click()
    await page.getByRole('heading', { name: '群組', level: 1 }).waitFor()
  })

  await t.test('a second time there is nothing to do', async () => {
    const { page } = there
    await page.goto(`${there.admin}/#/settings/import`)
    await page.getByRole('button', { name: '換一個檔案' }).click()
    const [name, content] = ['headgate.json', await readFile(plain.path, 'base64')]
    // Dropped, as a person drops a file onto the page.
    await page.evaluate(
      ([name, content]) => {
        const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0))
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([bytes], name))
        for (const type of ['dragover', 'drop'])
          document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
          )
      },
      [name, content],
    )
    await page.getByText('所有內容都已存在。').waitFor()
    assert.ok(await page.getByRole('button', { name: '匯入', exact: true }).isDisabled())
  })

  await t.test('a broken file is told with its line', async () => {
    const { page } = there
    const broken = {
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{\n  "version": 1,\n  "providers": [,]\n}\n'),
    }
    await page.getByRole('button', { name: '換一個檔案' }).click()
    await choose(page, page.getByRole('button', { name: '選擇檔案…' }), broken)
    await page
      .getByRole('alert')
      .getByText(/第 3 行/)
      .waitFor()
  })
  assert.deepEqual([...here.complaints, ...there.complaints], [])
})
