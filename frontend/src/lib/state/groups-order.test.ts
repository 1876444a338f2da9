import { describe, expect, it } from 'vitest'
import { placed, shares, stepped, tiers, type Place } from './groups-order'

// "a1 b2 c2": models a, b, c and their priorities.
const read = (text: string) =>
  text.split(' ').map((word) => ({
    modelId: word.charCodeAt(0),
    priority: Number(word.slice(1)),
    weight: 1,
  }))
const write = (members: { modelId: number; priority: number }[]) =>
  [...members]
    .sort((a, b) => a.priority - b.priority || a.modelId - b.modelId)
    .map(({ modelId, priority }) => String.fromCharCode(modelId) + priority)
    .join(' ')

describe('tiers', () => {
  it('stand by number, equals together', () => {
    const found = tiers(read('b7 a1 c7'))
    expect(found.map(({ priority, members }) => [priority, write(members)])).toEqual([
      [1, 'a1'],
      [7, 'b7 c7'],
    ])
  })
})

describe('placed', () => {
  const at = (side: Place['side'], priority: number): Place => ({ side, priority })
  it.each([
    ['a1 b2', 'b', at('before', 1), 'b1 a2'],
    ['a10 b20 c30', 'c', at('before', 10), 'c10 a20 b30'],
    ['a10 b20 c30', 'a', at('after', 20), 'b10 a20 c30'],
    ['a1 b2 c2 d3', 'd', at('before', 2), 'a1 d2 b3 c3'],
    ['a1 b1', 'b', at('before', 1), 'b1 a2'],
    ['a3 b3', 'b', at('before', 3), 'b2 a3'],
    ['a0 b0', 'b', at('before', 0), 'b0 a1'],
    ['a1 b1', 'a', at('after', 1), 'b1 a2'],
    ['a1 b1 c2 d3', 'a', at('after', 1), 'b1 a2 c3 d4'],
    ['a1 b1 c5', 'a', at('after', 1), 'b1 a2 c5'],
    ['a1 b1 c5', 'a', at('after', 5), 'b1 c5 a6'],
    ['a1 b2 c3', 'a', at('with', 3), 'b2 a3 c3'],
    ['a1 b2', 'a', at('before', 1), 'a1 b2'],
  ])('%s: %s goes', (before, model, place, want) =>
    expect(write(placed(read(before), model.charCodeAt(0), place))).toBe(want),
  )
})

describe('stepped', () => {
  it.each([
    ['a1 b2 c3', 'b', -1, { side: 'before', priority: 1 }],
    ['a1 b2 c3', 'b', 1, { side: 'after', priority: 3 }],
    ['a1 b2 c3', 'a', -1, undefined],
    ['a1 b2 c3', 'c', 1, undefined],
    ['a1 b1', 'a', -1, { side: 'before', priority: 1 }],
    ['a1 b2 c2', 'c', 1, { side: 'after', priority: 2 }],
    ['a1 b2 c2', 'a', 1, { side: 'after', priority: 2 }],
  ] as const)('%s: %s by %d', (members, model, step, want) =>
    expect(stepped(read(members), model.charCodeAt(0), step)).toEqual(want),
  )
})

describe('shares', () => {
  it('go by the weight of those that count', () => {
    const [a, b, c] = read('a1 b1 c1')
    const tier = [{ ...a!, weight: 3 }, b!, { ...c!, weight: 9 }]
    const found = shares(tier, ({ weight }) => weight < 9)
    expect([...found.values()]).toEqual([0.75, 0.25])
  })
})
