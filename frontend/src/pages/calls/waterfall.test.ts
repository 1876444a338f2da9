import { describe, expect, it } from 'vitest'
import { attempt } from '../../testing/samples'
import { phases } from './waterfall'

describe('phases', () => {
  it.each([
    [
      'a stream',
      { connectMs: 10, firstByteMs: 30, firstTokenMs: 45, totalMs: 100 },
      ['connect 0-10', 'wait 10-30', 'think 30-45', 'reply 45-100'],
    ],
    ['no reply', { connectMs: 10, totalMs: 60 }, ['connect 0-10', 'wait 10-60']],
    ['a reused connection', { firstByteMs: 30, totalMs: 40 }, ['wait 0-30', 'reply 30-40']],
  ])('of %s', (_, times, want) =>
    expect(phases(attempt(times)).map(({ id, from, to }) => `${id} ${from}-${to}`)).toEqual(want),
  )

  it('begin with the wait since the attempt before', () => {
    const before = attempt({ startMs: 5, totalMs: 20 })
    expect(phases(attempt({ startMs: 30 }), before)[0]).toMatchObject({ id: 'queue', from: -5 })
    expect(phases(attempt({ startMs: 25 }), before)[0]?.id).toBe('wait')
  })
})
