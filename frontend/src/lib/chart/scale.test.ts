import { describe, expect, it } from 'vitest'
import { labelled, path, runs, ticks } from './scale'

describe('ticks', () => {
  it.each([
    [0, [0, 1]],
    [4, [0, 1, 2, 3, 4]],
    [7, [0, 2, 4, 6, 8]],
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [950, [0, 250, 500, 750, 1000]],
    [Number.NaN, [0, 1]],
  ])('up to %s', (most, expected) => expect(ticks(most)).toEqual(expected))

  it.each([
    [1, [0, 1]],
    [10, [0, 5, 10]],
    [90, [0, 25, 50, 75, 100]],
  ])('whole ones up to %s', (most, expected) => expect(ticks(most, true)).toEqual(expected))

  it('covers whatever comes', () => {
    for (const most of [0.0003, 0.9, 3, 12, 13, 99.9, 101, 12_345, 9.9e9]) {
      const found = ticks(most)
      expect(found.at(-1)).toBeGreaterThanOrEqual(most * 0.999)
      expect(found.length).toBeLessThan(8)
    }
  })
})

describe('lines', () => {
  it('stop where nothing is known', () => {
    const [a, b, c] = [
      { x: 0, y: 1 },
      { x: 1, y: 2.04 },
      { x: 3, y: 0 },
    ]
    expect(runs([null, a, b, null, null, c])).toEqual([[a, b], [c]])
    expect(path([a, b])).toBe('M0 1L1 2')
  })
})

describe('labelled', () => {
  it.each([
    [24, 480, 60, [0, 3, 6, 9, 12, 15, 18, 21]],
    [3, 480, 60, [0, 1, 2]],
    [1, 0, 60, [0]],
    [0, 480, 60, []],
  ])('%s labels in %s', (count, width, each, expected) =>
    expect(labelled(count, width, each)).toEqual(expected),
  )
})
