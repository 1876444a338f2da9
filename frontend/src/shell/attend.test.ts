import { fireEvent } from '@testing-library/svelte'
import { afterEach, expect, it, vi } from 'vitest'
import { connect } from '../lib/api'
import { FakeProgram } from '../testing/fake'
import { attend } from './attend'

afterEach(() => vi.restoreAllMocks())

it('says when a person comes to the window, and goes', () => {
  const fake = new FakeProgram()
  fake.install()
  const { desk } = connect(() => {})
  const said = () => fake.sent.splice(0).map(({ args }) => args[0])
  const focused = vi.spyOn(document, 'hasFocus').mockReturnValue(false)
  const stop = attend(desk!)
  expect(said()).toEqual([false])

  focused.mockReturnValue(true)
  fireEvent.focus(window)
  fireEvent.focus(window)
  expect(said()).toEqual([true])

  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  fireEvent(document, new Event('visibilitychange'))
  expect(said()).toEqual([false])
  hidden.mockReturnValue(false)
  fireEvent(document, new Event('visibilitychange'))
  expect(said()).toEqual([true])

  focused.mockReturnValue(false)
  fireEvent.blur(window)
  expect(said()).toEqual([false])

  stop()
  focused.mockReturnValue(true)
  fireEvent.focus(window)
  expect(said()).toEqual([])
  fake.uninstall()
})
