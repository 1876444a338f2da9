import { describe, expect, it } from 'vitest'
import { joinAddress, splitAddress } from './address'
import {
  ago,
  bytes,
  change,
  compact,
  count,
  countdown,
  date,
  dayOf,
  difference,
  duration,
  endOfDay,
  money,
  nanos,
  percent,
  startOfDay,
  time,
} from './format'

describe('money', () => {
  it.each([
    [null, '–'],
    [0, '$0.00'],
    [1.5, '$1.50'],
    [0.0125, '$0.0125'],
    [0.000012, '$0.000012'],
    [1234.5, '$1,234.50'],
  ])('%s', (dollars, want) => expect(money('en', dollars)).toBe(want))
  it('counts billionths', () => expect(nanos('en', 2_500_000)).toBe('$0.0025'))
})

describe('duration', () => {
  it.each([
    [null, '–'],
    [0.4, '0.4ms'],
    [42.6, '43ms'],
    [1234, '1.23s'],
    [61_000, '1m'],
  ])('%s', (ms, want) => expect(duration('en', ms)).toBe(want))
})

describe('numbers', () => {
  it('tells unknown from zero', () => {
    expect(count('en', null)).toBe('–')
    expect(count('en', 0)).toBe('0')
    expect(count('en', 1_234_567)).toBe('1,234,567')
  })
  it('has units for bytes', () => expect(bytes('en', 1536)).toBe('1.5 kB'))
})

describe('time', () => {
  it('runs to 23:59 and leaves today unsaid', () => {
    const at = new Date(2026, 10, 23, 0, 5, 9).getTime()
    expect(time('en', at, at)).toBe('00:05:09')
    expect(time('en', at, at + 86_400_000)).toContain('11/23')
  })
  it('counts down', () => {
    expect(countdown(61_200)).toBe('1:02')
    expect(countdown(-5)).toBe('0:00')
  })
})

describe('expiry days', () => {
  it('last until the day ends, and come back as the same day', () => {
    const end = endOfDay('2026-11-23')
    expect(end).toBe(new Date(2026, 10, 24).getTime())
    expect(dayOf(end)).toBe('2026-11-23')
    expect(date('en', end - 1)).toBe('Nov 23, 2026')
  })
  it('can be none', () => {
    expect(endOfDay('')).toBe(0)
    expect(dayOf(0)).toBe('')
  })
})

describe('comparisons', () => {
  it.each([
    [112, 100, '+12%'],
    [100.5, 100, '+0.5%'],
    [50, 100, '-50%'],
    [100, 100, '0%'],
    [3, 0, '–'],
    [null, 5, '–'],
    [5, null, '–'],
  ])('%s after %s', (now, before, text) => expect(change('en', now, before)).toBe(text))

  it('tell a difference with its sign', () => {
    expect(difference('en', 98.2, 99)).toBe('-0.8')
    expect(difference('en', 1, null)).toBe('–')
  })
  it('call nothing all of it that is not', () => {
    expect([1, 0.9999, 0.5, null].map((share) => percent('en', share))).toEqual([
      '100%',
      '99.9%',
      '50%',
      '–',
    ])
  })
  it('are short where a number is long', () => expect(compact('en', 1_234_567)).toBe('1.2M'))
})

describe('days', () => {
  it('begin at midnight of this clock', () => {
    const at = new Date(2026, 10, 1, 15).getTime()
    expect(startOfDay(at)).toBe(new Date(2026, 10, 1).getTime())
    expect(startOfDay(at, -1)).toBe(new Date(2026, 9, 31).getTime())
  })
})

describe('addresses', () => {
  it.each(['127.0.0.1:8001', '[::1]:80', 'localhost:1', ':9000'])(
    '%s goes both ways',
    (address) => {
      const { host, port } = splitAddress(address)
      expect(joinAddress(host, port)).toBe(address)
    },
  )
})

describe('ago', () => {
  const now = Date.UTC(2026, 10, 23, 12)
  it.each([
    [-4_000, 'now'],
    [-47_000, '40 seconds ago'],
    [-119_000, '1 minute ago'],
    [-3_600_000 * 5, '5 hours ago'],
    [86_400_000 * 3.5, 'in 3 days'],
    [-86_400_000 * 40, 'Oct 14, 2026'],
  ])('%d ms', (ms, want) => expect(ago('en', now + ms, now)).toBe(want))

  it('speaks the language', () => expect(ago('ja', now - 120_000, now)).toBe('2 分前'))
})
