import { screen, waitFor } from '@testing-library/svelte'
import { expect, it } from 'vitest'
import { show } from '../testing/show'
import { pages } from './pages'
import Shell from './Shell.svelte'
import { keyOf } from './shortcuts'

it('leads to each page by the key that the rail names', async () => {
  const { user } = await show(Shell, {})
  const none = pages.filter(({ path }) => keyOf(path) === '')
  expect(none.map(({ path }) => path)).toEqual(['start'])
  for (const key of ['3', ',', '1']) {
    const entry = pages.find(({ path }) => keyOf(path) === key)!
    await user.keyboard(key === ',' ? '{Control>},{/Control}' : `{Control>}[Digit${key}]{/Control}`)
    await waitFor(() => expect(location.hash).toBe(`#/${entry.path}`))
    const link = document.querySelector(`nav a[href="#/${entry.path}"]`)
    expect(link).toHaveAttribute('aria-keyshortcuts', `Control+${key} Meta+${key}`)
    expect(link).toHaveAttribute('title', `Ctrl ${key}`)
  }
})

it('leaves other keys alone, and an open dialog where it is', async () => {
  const { user } = await show(Shell, {})
  await waitFor(() => expect(location.hash).toBe('#/start'))
  await user.keyboard(
    '[Digit3]{Control>}{Shift>}[Digit3]{/Shift}{Alt>}[Digit3]{/Alt}[Digit9]{/Control}',
  )
  expect(location.hash).toBe('#/start')
  await user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('combobox')
  await user.keyboard('{Control>}[Digit3]{/Control}')
  expect(location.hash).toBe('#/start')
})
