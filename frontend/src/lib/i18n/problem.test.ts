import { expect, it } from 'vitest'
import { I18n } from './i18n.svelte'

it('says what an error was made of', async () => {
  const i18n = new I18n()
  await i18n.use('en')
  const text = i18n.error({
    code: 'import_refused',
    params: { Path: 'providers[0].base_url', Problem: 'base_url_invalid' },
    problem: { code: 'base_url_invalid' },
  })
  expect(text).toContain('providers[0].base_url')
  expect(text).toContain(i18n.error({ code: 'base_url_invalid' }))
  expect(text).not.toContain('base_url_invalid')
})
