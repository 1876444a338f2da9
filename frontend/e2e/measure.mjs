// How a long call log scrolls: frames per second and elements, in Chromium
// against the real server with CALLS calls (100,000) that fillcalls wrote.
// Needs the built programs: make build-server.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { launch, login, world } from './world.mjs'

const calls = Number(process.env.CALLS ?? 100_000)
const house = join(import.meta.dirname, '..', '..')

/** Seconds that a processor has worked for the page's main thread: a busy machine doesn't stretch them. */
async function worked(session) {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration').value
}

/** Scrolls the list on for some seconds and counts frames and elements. */
function scroll(page, seconds, pixelsPerFrame) {
  return page.evaluate(
    ([seconds, pixelsPerFrame]) =>
      new Promise((resolve) => {
        const grid = document.querySelector('[role=grid]')
        const began = performance.now()
        let [frames, longest, last, elements, all, blank] = [0, 0, began, 0, 0, 0]
        const step = (now) => {
          frames++
          longest = Math.max(longest, now - last)
          last = now
          elements = Math.max(elements, grid.querySelectorAll('*').length)
          all = Math.max(all, document.querySelectorAll('*').length)
          const { left, top, height } = grid.getBoundingClientRect()
          if (!document.elementFromPoint(left + 40, top + height / 2)?.closest('[role=row]'))
            blank++
          if (now - began > seconds * 1000) {
            resolve({ fps: (frames * 1000) / (now - began), longest, elements, all, blank, frames })
            return
          }
          grid.scrollTop += pixelsPerFrame
          requestAnimationFrame(step)
        }
        requestAnimationFrame(step)
      }),
    [seconds, pixelsPerFrame],
  )
}

async function tell(what, seconds, pixelsPerFrame) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await worked(session)
  const { fps, longest, elements, all, blank, frames } = await scroll(page, seconds, pixelsPerFrame)
  const each = ((await worked(session)) - before) * (1000 / frames)
  console.log(
    `${what}: ${fps.toFixed(1)} fps, longest frame ${longest.toFixed(0)} ms, blank ${blank} of ${frames},` +
      ` ${each.toFixed(1)} ms of work a frame;` +
      ` ${elements} elements in the list, ${all} in the page`,
  )
}

const browser = await launch()
const { page, admin, end } = await world(browser, {
  prepare: (data) =>
    promisify(execFile)(
      'go',
      ['run', './build/measure/fillcalls', '-data', data, '-calls', String(calls)],
      { cwd: house },
    ),
})
try {
  await login(page)
  await page.goto(`${admin}/#/calls`)
  await page
    .getByRole('row', { name: /Success/ })
    .first()
    .waitFor()
  await tell('while pages are fetched', 6, 300)
  const began = Date.now()
  await page.evaluate(async () => {
    const grid = document.querySelector('[role=grid]')
    while (!grid.textContent.includes('These are all calls')) {
      grid.scrollTop = grid.scrollHeight
      await new Promise(requestAnimationFrame)
    }
  })
  const rows = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1
  console.log(`all ${rows} rows fetched in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  await page.getByRole('grid').evaluate((grid) => (grid.scrollTop = 100_000))
  await tell('slowly', 6, 24)
  await tell('fast', 6, 600)
} finally {
  await end()
  await browser.close()
}
