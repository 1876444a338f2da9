import { fireEvent, screen } from '@testing-library/svelte'
import { expect, it, vi } from 'vitest'
import { filterOf, searched } from '../../lib/state/call-scope'
import { show } from '../../testing/show'
import CallActions from './CallActions.svelte'

it('looks for nothing while an input method puts a word together', async () => {
  const onfilter = vi.fn()
  await show(CallActions, { filter: filterOf({}), paused: false, onpause: () => {}, onfilter })
  vi.useFakeTimers()
  const box = screen.getByLabelText<HTMLInputElement>('Text or call ID')
  const typed = async (text: string, isComposing: boolean) => {
    box.value = text
    await fireEvent(box, new InputEvent('input', { isComposing }))
  }
  await typed('a', false)
  await fireEvent.compositionStart(box)
  await typed('aに', true)
  await vi.advanceTimersByTimeAsync(1000)
  expect(onfilter).not.toHaveBeenCalled()

  box.value = 'a日本'
  await fireEvent.compositionEnd(box)
  await vi.advanceTimersByTimeAsync(1000)
  expect(onfilter.mock.calls).toEqual([[searched('a日本')]])
  vi.useRealTimers()
})
