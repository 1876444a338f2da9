// Texts 40 % longer than English, in brackets: what the longest language would
// do to the window. Nothing is cut off, nothing overflows, and a text without
// brackets was never translated.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pages, settle, visit } from './axe.mjs'
import { chat, furnish, launch, lock, login, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const accents = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', y: 'ý', A: 'Á', E: 'É', O: 'Ó' }

/** A text as a longer language would have it: its placeholders stay. */
export function longer(text) {
  const words = text.replace(/\{\{.*?\}\}|[aeiouyAEO]/g, (found) => accents[found] ?? found)
  const letters = text.replace(/\{\{.*?\}\}/g, '').length
  return `[${words}${' ~~~~'.repeat(Math.ceil((letters * 0.4) / 5))}]`
}

/** Puts the pseudo-language in English's place. */
async function speakPseudo(page) {
  await page.route(/\/assets\/en-[^/]*\.js$/, async (route) => {
    const reply = await route.fetch()
    const built = await reply.text()
    const { default: english } = await import(`data:text/javascript,${encodeURIComponent(built)}`)
    const pseudo = Object.fromEntries(
      Object.entries(english).map(([key, text]) => [
        key,
        typeof text === 'string'
          ? longer(text)
          : Object.fromEntries(Object.entries(text).map(([form, one]) => [form, longer(one)])),
      ]),
    )
    await route.fulfill({
      response: reply,
      body: `const pseudo = ${JSON.stringify(pseudo)}; export default pseudo`,
    })
  })
}

/** What is cut off, sticks out, or was never translated; a line each. */
function faults(data) {
  const found = []
  const name = (element) =>
    `${element.tagName.toLowerCase()} "${(element.textContent ?? '').trim().slice(0, 60)}"`
  const shown = (element) => element.checkVisibility({ visibilityProperty: true })
  const root = document.scrollingElement
  if (root.scrollWidth > root.clientWidth) found.push('the window scrolls sideways')
  const main = document.querySelector('main')
  if (main && main.scrollWidth > main.clientWidth) found.push('the page scrolls sideways')
  for (const element of document.body.querySelectorAll('*')) {
    if (!shown(element) || element.closest('svg, .sr-only')) continue
    const style = getComputedStyle(element)
    // What only screen readers have is one pixel wide.
    const cut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1
    const means = style.textOverflow === 'ellipsis' || /auto|scroll/.test(style.overflowX)
    if (cut && !means && style.overflowX !== 'visible') found.push(`cut off: ${name(element)}`)
    if (element.matches('button, a, [role=tab], label, th, h1, h2')) {
      const box = element.getBoundingClientRect()
      for (const child of element.querySelectorAll('span')) {
        const inner = child.getBoundingClientRect()
        if (shown(child) && !child.closest('.sr-only') && inner.right > box.right + 1.5)
          found.push(`sticks out: ${name(element)}`)
      }
    }
    if (element.closest('[data-untranslated], code, pre, input, textarea, kbd')) continue
    for (const node of element.childNodes) {
      const text = node.nodeType === Node.TEXT_NODE ? node.data.trim() : ''
      if (!/[A-Za-z]{3}/.test(text) || /[[\]~]/.test(text)) continue
      if (style.fontFamily.includes('mono')) continue // an id, an address, a model
      if (data.some((known) => text.includes(known))) continue
      if (/\b20\d\d\b|\d\d:\d\d|^now$|\bago$|^in \d/.test(text)) continue // Intl wrote it
      found.push(`not translated: "${text.slice(0, 80)}"`)
    }
  }
  return [...new Set(found)]
}

// What people and the world named: not for translating.
const data = ['Headgate', 'Good', 'Refused', 'laptop', 'chat', 'nobody', 'quota exceeded'].concat([
  'Free tiers say so',
  'English',
  'HTTP',
  'Ctrl',
  'UTC',
  '127.0.0.1',
  'SQLite',
  'Wails',
  'Svelte',
])

for (const size of [
  { width: 1180, height: 760 },
  { width: 900, height: 600 },
])
  test(`longer texts fit into ${size.width}×${size.height}`, { timeout: 600_000 }, async (t) => {
    const { page, admin, upstreams, complaints, end, restart } = await world(browser, {
      scripts: [{ marker: 'good' }],
      size,
    })
    t.after(end)
    await login(page)
    const { key, baseUrl } = await furnish(page, upstreams.good)
    for (const model of ['chat', 'nobody']) await (await chat(baseUrl, key, model)).text()
    await speakPseudo(page)
    for (const hash of [
      ...pages,
      'providers?add=1',
      'groups?add=1',
      'keys?add=1',
      'keywords?add=1',
      'providers/2?edit=1',
    ])
      await t.test(hash, async () => {
        await visit(page, admin, hash)
        await settle(page)
        await page.getByText('[Sééttíngs').or(page.getByText('[Séttíngs')).first().waitFor()
        assert.deepEqual(await page.evaluate(faults, data), [])
      })
    await t.test('locked keys', async () => {
      await page.unrouteAll()
      await lock(page, restart)
      await login(page)
      await speakPseudo(page)
      await visit(page, new URL(page.url()).origin, 'settings/security')
      await page.getByRole('button', { name: '[Unlóck' }).waitFor()
      assert.deepEqual(await page.evaluate(faults, data), [])
    })
    assert.deepEqual(complaints, [])
  })

test('the look at longer texts finds what is wrong', { timeout: 60_000 }, async (t) => {
  const { page, admin, end } = await world(browser, {})
  t.after(end)
  await login(page)
  await speakPseudo(page)
  await visit(page, admin, 'settings')
  await settle(page)
  await page.getByText('[Sééttíngs').or(page.getByText('[Séttíngs')).first().waitFor()
  await page.evaluate(() => {
    const narrow = (text) => {
      const element = document.createElement('p')
      element.textContent = text
      element.style.width = '40px'
      element.style.whiteSpace = 'nowrap'
      return element
    }
    const cut = narrow('[cut ~~~~~~~~~~~~~~~~]')
    cut.style.overflow = 'hidden'
    const wide = narrow('[wide]')
    wide.style.width = '4000px'
    document.querySelector('main').append(cut, wide, narrow('Forgotten'))
  })
  const found = await page.evaluate(faults, data)
  for (const wanted of ['cut off: p "[cut', 'the page scrolls sideways', 'translated: "Forgotten"'])
    assert.ok(
      found.some((fault) => fault.includes(wanted)),
      `${wanted} is not in ${found}`,
    )
})
