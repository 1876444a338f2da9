import { describe, expect, it } from 'vitest'
import rendered from '../../../../app/i18n/testdata/rendered.json'
import { locales, type Key } from './catalog'
import { I18n } from './i18n.svelte'

// Written by Go's runtime: `go generate ./app/i18n`.
describe.each(locales)('texts in %s', (locale) => {
  it('are the same as Go renders them', async () => {
    const i18n = new I18n()
    await i18n.use(locale)
    const ours = Object.fromEntries(
      Object.entries(rendered.texts[locale]).map(([key, theirs]) => [
        key,
        Array.isArray(theirs)
          ? rendered.counts.map((count) => i18n.n(key as Key, count, rendered.data))
          : i18n.t(key as Key, rendered.data),
      ]),
    )
    expect(ours).toEqual(rendered.texts[locale])
  })
})
