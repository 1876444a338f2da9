// A newer version from a server that signs releases: looked for when a person wants it,
// fetched, refused when somebody tampered with it, and installed. In two languages.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { releases } from './releases.mjs'
import { headgate, launch, login, rpc, speak, texts, world } from './world.mjs'

const run = promisify(execFile)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** A copy of the program, to be replaced, and what its next version comes in. */
async function installed(t) {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-updates-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const program = join(folder, 'headgate')
  const next = randomBytes(400_000)
  await writeFile(program, next, { mode: 0o755 })
  const archive = join(folder, 'next.tar.gz')
  await run('tar', ['-czf', archive, '-C', folder, 'headgate'])
  await rm(program)
  await copyFile(join(dirname(headgate), 'updating'), program)
  return { program, next, archive: await readFile(archive) }
}

test('a newer version is found, fetched and installed', { timeout: 120_000 }, async (t) => {
  const { program, next, archive } = await installed(t)
  const server = await releases()
  t.after(server.close)
  const { page, admin, complaints, end } = await world(browser, {
    program,
    settings: { RELEASE_KEY: server.key, RELEASE_MANIFEST: server.manifest },
  })
  t.after(end)
  await login(page)
  const section = (say) => page.getByRole('region', { name: say('updates.title') })
  const press = (say, key, values) =>
    section(say)
      .getByRole('button', { name: say(key, values) })
      .click()

  const download = (say) => {
    const name = say('updates.download', { Size: '.+' }).replace(/[()（）]/g, '\\$&')
    return section(say).getByRole('button', { name: new RegExp(`^${name}$`) })
  }

  await t.test('only when a person wants it', async () => {
    const say = texts('en')
    server.publish('1.2.3', '2026-11-01T00:00:00Z', archive)
    await page.goto(`${admin}/#/settings/about`)
    await section(say).getByText(say('updates.never')).waitFor()
    assert.deepEqual(server.asked, [])
    const daily = section(say).getByRole('switch', { name: say('updates.daily') })
    assert.equal(await daily.isChecked(), false)
    for (const wanted of [true, false]) {
      await daily.click()
      await page.waitForFunction(
        (on) => document.querySelector('[role=switch]')?.getAttribute('aria-checked') === on,
        String(wanted),
      )
      assert.equal((await rpc(page, 'Settings/Get')).updates, wanted)
    }
    await press(say, 'updates.check')
    await section(say)
      .getByText(/^This is the newest version\./)
      .waitFor()
    assert.deepEqual(server.asked, ['/manifest.json', '/manifest.json.minisig'])
  })

  for (const [language, version, day] of [
    ['en', '1.3.0', 2],
    ['zh-Hant', '1.4.0', 3],
  ]) {
    await t.test(`and refused when it isn't what was signed (${language})`, async () => {
      const say = texts(language)
      await speak(page, language)
      await section(say).waitFor()
      const shown = section(say).getByText(version, { exact: false })
      const publish = (change) =>
        server.publish(version, `2026-11-0${day}T00:00:00Z`, archive, change)
      publish(({ text, content }) => ({ text: text.replace(version, '9.9.9'), content }))
      await press(say, 'updates.check')
      await section(say).getByRole('alert').getByText(say('error.update_signature_wrong')).waitFor()
      assert.equal(await shown.count(), 0)
      const damaged = Buffer.from(archive)
      damaged[damaged.length - 1] ^= 1
      publish(({ text }) => ({ text, content: damaged }))
      await press(say, 'updates.check')
      await section(say).getByText(`What ${version} brings.`).waitFor()
      assert.equal(await section(say).locator('b').count(), 0, 'notes are plain text')
      const File = `headgate_${version}.tar.gz`
      const fetch = download(say)
      await fetch.click()
      await section(say)
        .getByRole('alert')
        .getByText(say('error.update_file_damaged', { File }))
        .waitFor()

      publish()
      const goOn = server.hold()
      await fetch.click()
      const progress = section(say).getByRole('progressbar')
      await progress.waitFor()
      await page.waitForFunction(
        (half) => {
          const bar = document.querySelector('progress')
          return bar.value === half && bar.max >= 2 * half
        },
        Math.floor(archive.length / 2),
      )
      await press(say, 'action.cancel')
      await progress.waitFor({ state: 'detached' })
      goOn()
      await fetch.waitFor()
    })
  }

  await t.test('but no older one, and then is what the next start is', async () => {
    const say = texts('zh-Hant')
    server.publish('1.3.9', '2026-11-02T12:00:00Z', archive)
    await press(say, 'updates.check')
    const values = { Version: '1.3.9', Seen: '1.4.0' }
    await section(say).getByText(say('error.update_older', values)).waitFor()
    server.publish('1.4.0', '2026-11-03T00:00:00Z', archive)
    await download(say).click()
    await section(say).getByText(say('updates.ready_archive')).waitFor()
    assert.ok((await readFile(program)).length > 10 * next.length, 'nothing is replaced yet')
    await press(say, 'updates.install')
    await section(say)
      .getByText(say('updates.installed', { Version: '1.4.0' }))
      .waitFor()
    assert.ok(next.equals(await readFile(program)), 'the program is the new one')
    assert.equal((await rpc(page, 'System/About')).version, '1.2.3', 'what runs goes on')
  })
  assert.deepEqual(complaints, [])
})
