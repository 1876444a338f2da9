// Pictures of the main pages in both themes, for the README: build/screenshots.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

const to = join(import.meta.dirname, '..', '..', 'build', 'screenshots')
await mkdir(to, { recursive: true })
const browser = await launch()
try {
  for (const dark of [false, true]) {
    const size = { width: 1180, height: 720 }
    const { page, admin, upstreams, end } = await world(browser, {
      scripts: [{ marker: 'good', steps: [{ head_delay_ms: 160, event_delay_ms: 45 }] }],
      dark,
      size,
    })
    try {
      await login(page)
      const { key, baseUrl } = await furnish(page, upstreams.good, {
        refused: 'Workstation',
        good: 'OpenRouter',
        model: 'llama-3.3-70b-instruct',
      })
      for (let i = 0; i < 14; i++) {
        const model = i % 6 === 4 ? 'nobody' : 'chat'
        await (await chat(baseUrl, key, model, i % 3 === 0)).text()
      }
      const query = { before: 0, limit: 50, states: ['ok'], groupId: 0, apiKeyId: 0, id: '' }
      let tried
      for (let wait = 0; !tried && wait < 50; wait++) {
        tried = (await rpc(page, 'Calls/Page', query)).rows?.find(({ attempts }) => attempts > 1)
        if (!tried) await page.waitForTimeout(100)
      }
      for (const [name, hash] of [
        ['providers', 'providers'],
        ['groups', 'groups'],
        ['calls', 'calls'],
        ['call', `calls?call=${tried.id}`],
      ]) {
        await page.goto('about:blank')
        await page.goto(`${admin}/#/${hash}`)
        await page.locator('h1').waitFor()
        if (name === 'call') await page.getByRole('article').first().waitFor()
        await page.waitForTimeout(400)
        const file = join(to, `${name}-${dark ? 'dark' : 'light'}.png`)
        await page.screenshot({ path: file })
        console.log(file)
      }
    } finally {
      await end()
    }
  }
} finally {
  await browser.close()
}
