// Pictures of every page in both themes, for the README: build/screenshots.
// Needs the built programs (make build-server) and the upstream beside them.
// NAMES of pictures as arguments take only those: npm run screenshots -- groups

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settle } from './axe.mjs'
import { frugal } from './png.mjs'
import { disguise, failOver, fill, question, scripts } from './showcase.mjs'
import { launch, login, occupy, rpc, world } from './world.mjs'

const to = join(import.meta.dirname, '..', '..', 'build', 'screenshots')
const size = { width: 1180, height: 760 }
const wanted = process.argv.slice(2)

/** The usual address, if nobody has it. */
async function address() {
  try {
    await (await occupy(8001)).close()
    return '127.0.0.1:8001'
  } catch {
    return '127.0.0.1:0'
  }
}

/** Takes a picture of what ready has made of a page. */
function photographer(page, admin, theme) {
  return async (name, hash, ready) => {
    if (wanted.length > 0 && !wanted.includes(name)) return
    await page.goto('about:blank')
    await page.goto(`${admin}/#/${hash}`)
    await settle(page)
    await ready?.()
    await settle(page)
    await page.mouse.move(size.width - 1, size.height - 1)
    const path = join(to, `${name}-${theme}.png`)
    await writeFile(path, frugal(await page.screenshot({ animations: 'disabled', caret: 'hide' })))
    console.log(path)
  }
}

async function firstStart(browser, dark) {
  const { page, admin, end } = await world(browser, { dark, size, addr: await address() })
  try {
    await login(page)
    await photographer(page, admin, dark ? 'dark' : 'light')('start', 'start')
  } finally {
    await end()
  }
}

async function inUse(browser, dark) {
  const { page, admin, upstreams, end } = await world(browser, {
    ...{ scripts, dark, size, addr: await address(), prepare: fill },
  })
  const picture = photographer(page, admin, dark ? 'dark' : 'light')
  try {
    await login(page)
    const { baseUrl } = await rpc(page, 'Gateway/Status')
    const call = await failOver(page, baseUrl)
    await picture('playground', 'playground', async () => {
      const message = page.getByRole('textbox', { name: 'Message', exact: true })
      await message.fill(question)
      await message.press('Enter')
      await page.getByRole('switch', { name: 'Show Markdown' }).click()
      await page.getByRole('list', { name: '2 attempts' }).waitFor()
    })
    const chosen = 'filter=exclude&words=embedding,%20mini&alias=each'
    await picture('import', `providers/import?provider=2&${chosen}`, async () => {
      await page
        .getByRole('grid')
        .getByRole('row', { name: /glm-5\.2/ })
        .waitFor()
      await page.getByRole('button', { name: /^Select all/ }).click()
    })
    await disguise(page, upstreams)
    await picture('groups', 'groups', () =>
      page.getByRole('button', { name: /^Why\b.*chat/ }).click(),
    )
    await picture('providers', 'providers')
    await picture('provider', 'providers/1')
    await picture('dashboard', 'dashboard?range=7d')
    await picture('calls', 'calls')
    await picture('call', `calls?call=${call}`, () => page.getByRole('article').first().waitFor())
    await rpc(page, 'APIKeys/Rotate', 1, 24 * 3600)
    await picture('keys', 'keys')
    await picture('keywords', 'keywords')
    await picture('settings', 'settings/failover')
    await picture('palette', 'dashboard?range=7d', async () => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('co')
    })
    await picture('connect', 'connect/codex', async () => {
      await page.getByLabel('Model (group)').selectOption('code')
      await page.getByRole('button', { name: 'New key for Codex' }).click()
      await page.getByText(/HEADGATE_API_KEY='hg-/).waitFor()
    })
  } finally {
    await end()
  }
}

await mkdir(to, { recursive: true })
const browser = await launch()
try {
  for (const dark of [false, true]) {
    await firstStart(browser, dark)
    await inUse(browser, dark)
  }
} finally {
  await browser.close()
}
