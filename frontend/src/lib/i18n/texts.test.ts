import { describe, expect, it } from 'vitest'
import { isOfTheProgram } from '../../../texts-of-the-program'
import { load, locales, type Catalog } from './catalog'

const sources = Object.entries(
  import.meta.glob<string>('../../**/*.{ts,svelte}', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
).filter(([path]) => !path.endsWith('.test.ts'))

const catalogs = Object.fromEntries(
  await Promise.all(locales.map(async (locale) => [locale, await load(locale)] as const)),
) as Record<string, Catalog>
const english = catalogs.en ?? {}
const quoted = new Set(
  sources.flatMap(([, text]) => [...text.matchAll(/['"]([a-z_]+\.[\w.]+)['"]/g)].map((m) => m[1])),
)
/** Areas whose keys are put together from a code. */
const prefixes = [
  ...sources
    .map(([, text]) => text)
    .join('\n')
    .matchAll(/\bcode\('([a-z._]+)'/g),
].map((m) => `${m[1]}.`)

const holes = (entry: Catalog[string] | undefined) =>
  [...JSON.stringify(entry ?? '').matchAll(/\{\{\.(\w+)\}\}/g)].map((m) => m[1])

describe('texts', () => {
  it('that the pages ask for exist', () => {
    const asked = sources.flatMap(([path, text]) =>
      [...text.matchAll(/\b[tn]\(\s*'([^']+)'/g)].map((m) => `${m[1]} (${path})`),
    )
    expect(asked.length).toBeGreaterThan(200)
    expect(asked.filter((one) => !((one.split(' ')[0] ?? '') in english))).toEqual([])
  })

  it("that the window doesn't load are not asked for", () => {
    expect(Object.keys(english).filter(isOfTheProgram).length).toBeGreaterThan(30)
    expect([...quoted].filter((key) => key !== undefined && isOfTheProgram(key))).toEqual([])
  })

  it("of the areas that are only the window's are all used", () => {
    const shared = ['error', 'notice', 'notify', 'class', 'reason', 'tray']
    const areas = new Set([...quoted].map((key) => key?.split('.')[0] ?? ''))
    shared.forEach((area) => areas.delete(area))
    const unused = Object.keys(english).filter(
      (key) =>
        areas.has(key.split('.')[0] ?? '') &&
        !quoted.has(key) &&
        !prefixes.some((prefix) => key.startsWith(prefix)),
    )
    expect(unused).toEqual([])
  })

  it.each(locales)('in %s have the keys and placeholders of English', (locale) => {
    const theirs = catalogs[locale] ?? {}
    expect(Object.keys(theirs)).toEqual(Object.keys(english))
    for (const [key, entry] of Object.entries(english)) {
      expect(new Set(holes(theirs[key])), key).toEqual(new Set(holes(entry)))
    }
  })
})
