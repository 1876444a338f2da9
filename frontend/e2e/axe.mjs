// What axe has to say of a page.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Every page, as it is reached, when there is something on it. */
export const pages = [
  'start',
  'dashboard',
  'calls',
  'groups',
  'providers',
  'providers/1',
  'providers/import',
  'keys',
  'connect',
  'keywords',
  'playground',
  'settings',
  ...['gateway', 'access', 'failover', 'timeouts', 'log', 'security', 'data', 'moving'].map(
    (section) => `settings/${section}`,
  ),
  'settings/about',
  'settings/import',
]

/** Goes to a page as if it had been opened there, ready for check. */
export async function visit(page, admin, hash) {
  await page.goto('about:blank')
  await page.goto(`${admin}/#/${hash}`)
  await page.evaluate(axe)
}

/** Waits until all of a page is there: lazy parts, skeletons, motion. */
export async function settle(page) {
  await page.locator('h1, main h2, dialog h2').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('.animate-pulse'))
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
  )
}

const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What another theme can change. */
export const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** The violations, a line each that begins with name. */
export async function check(page, name, runOnly = all) {
  await settle(page)
  const violations = await page.evaluate(async (runOnly) => {
    if (!window.axe) throw new Error('axe is not there')
    const { violations } = await window.axe.run(document, { runOnly })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    )
  }, runOnly)
  return violations.map((violation) => `${name}: ${violation}`)
}
