// Every page in both themes, empty and full: nothing for axe to complain about,
// nothing that the content policy blocks, and it all works by keyboard.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { check as checked, colours, pages, visit } from './axe.mjs'
import { chat, furnish, launch, lock, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const more = ['dashboard?range=custom&from=2026-01-01&until=2026-02-01', 'nowhere']
const forms = [
  'providers?add=1',
  'groups?add=1',
  'keys?add=1',
  'keywords?add=1',
  'providers/2?add=1',
  'providers/2?edit=1',
  'providers?remove=1',
  'providers/import',
  'providers/import?provider=2&filter=include&words=m&alias=each',
]

// The dark theme has other colours, and nothing else.
const empty = { light: [...pages, ...more], dark: ['start', 'dashboard', 'calls', 'groups'] }

for (const dark of [false, true]) {
  const check = (page, name) => checked(page, name, dark ? colours : undefined)
  test(`no barriers in the ${dark ? 'dark' : 'light'} theme`, { timeout: 600_000 }, async (t) => {
    const { page, admin, upstreams, complaints, end, restart } = await world(browser, {
      scripts: [{ marker: 'good' }],
      dark,
    })
    t.after(end)
    const go = (hash) => visit(page, admin, hash)
    await go('')
    await page.getByLabel('Password').waitFor()
    const found = await check(page, 'login')
    await login(page)
    for (const hash of dark ? empty.dark : empty.light) {
      await go(hash)
      found.push(...(await check(page, `${hash}, empty`)))
    }
    const { key, baseUrl } = await furnish(page, upstreams.good)
    for (const model of ['chat', 'chat', 'nobody']) await (await chat(baseUrl, key, model)).text()
    for (const hash of [...pages, ...more, ...forms, 'providers/99']) {
      await go(hash)
      found.push(...(await check(page, hash)))
    }
    await go('dashboard')
    await page.getByRole('button', { name: 'Table: Cost by model' }).waitFor()
    for (const table of await page.getByRole('button', { name: /^Table: / }).all())
      await table.click()
    found.push(...(await check(page, 'the tables of the dashboard')))
    const { rows } = await rpc(page, 'Calls/Page', {
      before: 0,
      limit: 1,
      states: ['ok'],
      groupId: 0,
      apiKeyId: 0,
      id: '',
    })
    await go(`calls?call=${rows[0].id}`)
    await page.getByText('attempts').first().waitFor()
    found.push(...(await check(page, 'a call')))
    await go('settings/security')
    await page.getByRole('button', { name: 'Keep elsewhere…' }).click()
    await page.getByRole('radio', { name: 'Passphrase' }).check()
    found.push(...(await check(page, 'another place for the key')))
    await lock(page, restart)
    await login(page)
    await visit(page, new URL(page.url()).origin, 'settings/security')
    await page.getByRole('button', { name: 'Unlock' }).waitFor()
    found.push(...(await check(page, 'locked keys')))
    assert.deepEqual(found, [])
    assert.deepEqual(complaints, [])
  })
}

test('the keyboard reaches everything', { timeout: 60_000 }, async (t) => {
  const { page, upstreams, end } = await world(browser, { scripts: [{ marker: 'good' }] })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  for (let i = 0; i < 3; i++) await (await chat(baseUrl, key)).text()

  await page.getByRole('link', { name: 'Calls' }).press('Enter')
  const grid = page.getByRole('grid', { name: 'Calls' })
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('attempts').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await page.getByRole('link', { name: 'Groups' }).press('Enter')
  await page.getByRole('button', { name: 'Move Refused · m1 down' }).press('Enter')
  await page.waitForFunction(() =>
    document.querySelector('tbody tr')?.textContent?.includes('Good'),
  )
  await page.getByRole('button', { name: 'More actions for chat' }).press('Enter')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
})
