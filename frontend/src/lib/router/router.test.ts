import { beforeEach, describe, expect, it } from 'vitest'
import { href, parse, Router } from './router.svelte'

describe('parse', () => {
  it.each([
    ['', { path: [], query: {} }],
    ['#/', { path: [], query: {} }],
    ['#/providers/3', { path: ['providers', '3'], query: {} }],
    [
      '#/calls?state=failed,partial&id=a%3Fb',
      { path: ['calls'], query: { state: 'failed,partial', id: 'a?b' } },
    ],
    ['#/a%2Fb/%E0%A4%A', { path: ['a/b', '%E0%A4%A'], query: {} }],
  ])('%s', (hash, want) => expect(parse(hash)).toEqual(want))
})

describe('href', () => {
  it('leaves out filters without a value', () =>
    expect(href('calls', { state: 'ok', group: undefined, id: '', key: 2 })).toBe(
      '#/calls?state=ok&key=2',
    ))
})

describe('Router', () => {
  beforeEach(() => {
    location.hash = ''
  })

  it('keeps filters in the hash', () => {
    const router = new Router()
    router.go('calls', { state: 'ok' })
    router.filter({ call: 'r1' })
    expect(location.hash).toBe('#/calls?state=ok&call=r1')
    expect(router.page).toBe('calls')
    router.filter({ call: undefined })
    expect(router.place.query).toEqual({ state: 'ok' })
  })
})
