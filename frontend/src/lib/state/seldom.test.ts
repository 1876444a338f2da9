import { afterEach, expect, it, vi } from 'vitest'
import { seldom } from './seldom'

afterEach(() => void vi.useRealTimers())

it('acts at once, then once per pause, and never loses the last call', () => {
  vi.useFakeTimers()
  const act = vi.fn()
  const look = seldom(1000, act)
  look.call()
  expect(act).toHaveBeenCalledTimes(1)
  for (let i = 0; i < 5; i++) look.call()
  vi.advanceTimersByTime(999)
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(act).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(5000)
  expect(act).toHaveBeenCalledTimes(2)
  look.call()
  look.call()
  look.stop()
  vi.advanceTimersByTime(5000)
  expect(act).toHaveBeenCalledTimes(3)
})
