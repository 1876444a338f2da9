import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import { FakeProgram } from '../testing/fake'
import { apiKey, keyword, provider } from '../testing/samples'
import { show } from '../testing/show'
import Palette from './Palette.svelte'

async function palette(change: (fake: FakeProgram) => void = () => {}) {
  const fake = new FakeProgram()
  fake.providers = [provider(1, 'OpenAI', { baseUrl: 'https://api.openai.com/v1' })]
  fake.keys = [apiKey(4, 'laptop')]
  fake.keywords = [keyword(7, 'quota exceeded')]
  change(fake)
  const onclose = vi.fn()
  const shown = await show(Palette, { onclose }, fake)
  await screen.findByRole('option', { name: /OpenAI/ })
  await screen.findByRole('option', { name: /laptop/ })
  const field = screen.getByRole('combobox')
  const options = () => screen.queryAllByRole('option').map((one) => one.textContent?.trim())
  const selected = () => screen.getByRole('option', { selected: true }).textContent?.trim()
  return { ...shown, onclose, field, options, selected }
}

describe('the palette', () => {
  it('begins in its field, with the pages', async () => {
    const { field, selected } = await palette()
    expect(field).toHaveFocus()
    expect(selected()).toBe('Getting started')
    expect(within(screen.getByRole('group', { name: 'Pages' })).getAllByRole('option').length).toBe(
      10,
    )
    // What has many parts is found by typing.
    expect(screen.queryByRole('group', { name: 'Settings' })).toBeNull()
  })

  it.each([
    ['timeouts', '#/settings/timeouts'],
    ['connect codex', '#/connect/codex'],
    ['import models', '#/providers/import'],
    ['import a file', '#/settings/import'],
    ['export', '#/settings/data/export'],
    ['add key', '#/keywords?add=1'],
    ['laptop', '#/keys?edit=4'],
    ['quota', '#/keywords?edit=7'],
    ['openai.com', '#/providers/1'],
  ])('%s leads to %s', async (typed, to) => {
    const { user, onclose } = await palette()
    await user.keyboard(`${typed}{Enter}`)
    expect(onclose).toHaveBeenCalledTimes(1)
    expect(location.hash).toBe(to)
  })

  it('goes round with the arrows, and begins again when something is typed', async () => {
    const { user, field, selected, options } = await palette()
    await user.keyboard('{ArrowUp}')
    expect(selected()).toBe(options().at(-1))
    await user.keyboard('{ArrowDown}{ArrowDown}')
    expect(selected()).toBe(options()[1])
    const current = () => document.getElementById(field.getAttribute('aria-activedescendant') ?? '')
    expect(current()?.textContent?.trim()).toBe(selected())
    await user.keyboard('se')
    expect(selected()).toBe(options()[0])
  })

  it('says that nothing is called so, and then does nothing', async () => {
    const { user, onclose, field } = await palette()
    await user.keyboard('zzz')
    expect(screen.getByRole('status')).toHaveTextContent('Nothing is called “zzz”.')
    expect(field).not.toHaveAttribute('aria-activedescendant')
    await user.keyboard('{Enter}')
    expect(onclose).not.toHaveBeenCalled()
  })

  it('acts: stops the gateway, and copies its address', async () => {
    const { user, fake } = await palette()
    await user.keyboard('stop gateway{Enter}')
    await waitFor(() => expect(fake.last('Gateway.Stop')).toEqual([]))
    await user.clear(screen.getByRole('combobox'))
    await user.keyboard('127.0.0.1{Enter}')
    await waitFor(() => expect(fake.copied).toBe('http://127.0.0.1:8001/v1'))
  })

  it('does not offer to start a gateway that is about to stop', async () => {
    const { options } = await palette((fake) => (fake.door = { ...fake.door, state: 'draining' }))
    await waitFor(() => expect(options().join()).toContain('http://127.0.0.1:8001/v1'))
    expect(options()).not.toContain('Start gateway')
  })

  it('changes one setting and leaves the others as they are now', async () => {
    const { user, fake } = await palette()
    fake.settings = { ...fake.settings, language: 'ja' }
    await user.keyboard('dark theme{Enter}')
    await waitFor(() =>
      expect(fake.last('Settings.Save')).toMatchObject([{ theme: 'dark', language: 'ja' }]),
    )
  })

  it('goes back to what the system has, where something else was chosen', async () => {
    const { user, fake, options } = await palette()
    await user.keyboard('system default')
    await waitFor(() => expect(options()).toHaveLength(0))
    await user.clear(screen.getByRole('combobox'))
    await user.keyboard('dark theme{Enter}')
    await waitFor(() => expect(fake.settings.theme).toBe('dark'))
    await user.clear(screen.getByRole('combobox'))
    await user.keyboard('theme system{Enter}')
    await waitFor(() =>
      expect(fake.last('Settings.Save')).toMatchObject([{ theme: 'system', language: '' }]),
    )
  })

  it('closes with Escape', async () => {
    const { user, onclose } = await palette()
    await user.keyboard('{Escape}')
    expect(onclose).toHaveBeenCalledTimes(1)
  })
})
