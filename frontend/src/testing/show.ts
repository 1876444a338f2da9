import { cleanup, render } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import type { Component } from 'svelte'
import { I18n } from '../lib/i18n/i18n.svelte'
import { FakeProgram } from './fake'
import Host from './Host.svelte'

/** Shows a component over a program in memory, in English. */
export async function show<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
  fake = new FakeProgram(),
) {
  cleanup()
  location.hash = ''
  localStorage.clear()
  fake.install()
  const i18n = new I18n()
  await i18n.use('en')
  const view = render(Host, {
    i18n,
    of: component as unknown as Component<Record<string, unknown>>,
    given: props,
  })
  return { fake, i18n, view, user: userEvent.setup() }
}
