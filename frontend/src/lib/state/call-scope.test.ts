import { describe, expect, it } from 'vitest'
import { anyCall } from '../api/any-call'
import { between, filterOf, momentOf, queryOf, scopeOnly, searched, span } from './call-scope'

const now = new Date(2026, 10, 23, 15, 30).getTime()
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime()

describe('a filter', () => {
  it('is read from the hash and asks for all of it', () => {
    const hash = {
      state: 'failed,partial',
      group: '1',
      key: '2',
      provider: '3',
      member: 'gpt-4.1',
      model: 'chat',
      text: ' rate ',
      id: 'req_1',
      range: 'custom',
      from: '2026-11-01',
      until: '2026-11-02',
      call: 'req_2',
    }
    expect(queryOf(filterOf(hash), now)).toEqual({
      ...anyCall,
      states: ['failed', 'partial'],
      groupId: 1,
      apiKeyId: 2,
      providerId: 3,
      member: 'gpt-4.1',
      model: 'chat',
      text: 'rate',
      id: 'req_1',
      from: at(2026, 10, 1),
      to: at(2026, 10, 3),
    })
    expect(Object.keys(scopeOnly(hash))).toEqual(
      'group key provider member model range from until'.split(' '),
    )
  })

  it.each([
    [{}, 0, 0],
    [{ range: 'unheard-of' }, 0, 0],
    // Whole hours, as statistics count them.
    [{ range: '24h' }, at(2026, 10, 22, 16), 0],
    [{ range: '7d' }, at(2026, 10, 17), 0],
    [{ range: '30d' }, at(2026, 9, 25), 0],
    [{ range: 'custom', from: '2026-11-05' }, at(2026, 10, 5), 0],
    [
      { range: 'custom', from: '2026-11-05T10:15', until: '2026-11-05 11:00' },
      at(2026, 10, 5, 10, 15),
      at(2026, 10, 5, 11),
    ],
    [
      { range: 'custom', from: '2026-11-05T10:15Z', until: 'nonsense' },
      Date.UTC(2026, 10, 5, 10, 15),
      0,
    ],
  ])('of %o has its time', (hash, from, to) =>
    expect(queryOf(filterOf(hash as Record<string, string>), now)).toMatchObject({ from, to }),
  )

  it('of an exact time survives the hash', () => {
    const { from, until } = between(now, now + 61_001)
    expect([momentOf(from!, false), momentOf(until!, true)]).toEqual([now, now + 61_001])
    expect(from).toMatch(/T\d\d:\d\dZ$/)
  })

  it('without an end goes on until now', () => {
    const scope = filterOf({ range: 'custom', from: '2026-11-20' })
    expect(span(scope, now)).toEqual({ from: at(2026, 10, 20), to: now, buckets: 36 })
  })
})

describe('a search', () => {
  const id = 'req_01abcdefghjkmnpqrstvwxyz01'
  it.each([
    [` ${id} `, { id, text: undefined }],
    ['rate limit', { id: undefined, text: 'rate limit' }],
    // A space that is still being written after isn't taken away.
    ['rate ', { id: undefined, text: 'rate ' }],
    ['  ', { id: undefined, text: undefined }],
    ['req_1', { id: undefined, text: 'req_1' }],
  ])('for %s', (typed, want) => expect(searched(typed)).toEqual(want))
})
