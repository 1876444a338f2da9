import { describe, expect, it } from 'vitest'
import type { ListedModel, ModelListing } from '../../lib/api'
import { member, model, provider } from '../../testing/samples'
import { otherUrls } from './advice'
import { isGroupName, namerOf, noAlias, type AliasRule } from './alias'
import { matcherOf } from './filter'
import { planOf } from './plan'
import { edited, rowsOf } from './rows'

const probe = {
  ok: true,
  status: 200,
  class: 'ok',
  reason: '',
  message: '',
  latencyMs: 1,
  models: [],
}
const listed = (name: string, more: Partial<ListedModel> = {}): ListedModel => ({
  name,
  knownId: 0,
  contextTokens: 0,
  inputPrice: null,
  outputPrice: null,
  cachedInputPrice: null,
  callPrice: null,
  priceSource: '',
  ...more,
})
const listing = (models: ListedModel[], vanished: ModelListing['vanished'] = []) => ({
  probe,
  models,
  vanished,
})

describe('a filter', () => {
  const names = ['openai/gpt-4.1', 'deepseek/DeepSeek-R1', 'qwen/qwen3']
  const left = (mode: 'none' | 'include' | 'exclude', words: string, regex = false) =>
    names.filter(matcherOf({ mode, words, regex }).matches)

  it('keeps or leaves out what holds one of several keywords', () => {
    expect(left('none', 'gpt')).toEqual(names)
    expect(left('include', ' GPT , qwen,')).toEqual([names[0], names[2]])
    expect(left('include', 'gpt，qwen、r1')).toEqual(names)
    expect(left('exclude', 'gpt')).toEqual(names.slice(1))
    expect(left('include', ' , ')).toEqual(names)
  })
  it('takes a regular expression, and lets everything through while that is wrong', () => {
    expect(left('include', '^(openai|qwen)/', true)).toEqual([names[0], names[2]])
    expect(left('exclude', '\\d$', true)).toEqual([])
    expect(left('include', '(', true)).toEqual(names)
    expect(matcherOf({ mode: 'include', words: '(', regex: true }).wrong).toBe('syntax')
  })
})

describe('an alias', () => {
  const alias = (rule: Partial<AliasRule>, of: string) => namerOf({ ...noAlias, ...rule }).alias(of)
  it.each([
    [{ mode: 'none' }, 'a/b', ''],
    [{ mode: 'one', group: ' chat ' }, 'a/b', 'chat'],
    [{ mode: 'each' }, 'a/b/c', 'c'],
    [{ mode: 'each' }, 'plain', 'plain'],
    [{ mode: 'each', prefix: 'my-', pattern: '{vendor}.{name}' }, 'a/b', 'my-a.b'],
    [{ mode: 'each', pattern: '{vendor}' }, 'plain', ''],
    [{ mode: 'each', pattern: '{model}', find: '/', replace: '$&-' }, 'a/b/c', 'a$&-b$&-c'],
    [{ mode: 'each', find: '-\\d{8}$', regex: true }, 'x/claude-4-20250514', 'claude-4'],
    [{ mode: 'each', find: '-|:', replace: '_', regex: true }, 'a-b:c', 'a_b_c'],
    [{ mode: 'each', find: 'x*', replace: '!', regex: true }, 'axxb', 'a!b'],
    [{ mode: 'each', find: '(', regex: true }, 'a', 'a'],
  ] as const)('%o of %s is "%s"', (rule, of, want) => expect(alias(rule, of)).toBe(want))

  it('is a name that a group can have', () => {
    expect(isGroupName('a b')).toBe(true)
    for (const name of ['', ' a', 'a\nb', 'x'.repeat(201)]) expect(isGroupName(name)).toBe(false)
  })
})

describe('rows', () => {
  const owner = provider(1, 'A', {
    models: [
      model(1, 1, 'same', { inputPrice: 1, outputPrice: 2 }),
      model(2, 1, 'dearer', { inputPrice: 1, outputPrice: 2 }),
      model(3, 1, 'own', { inputPrice: 9, outputPrice: 9 }),
      model(4, 1, 'by call', { callPrice: 0.5 }),
      model(5, 1, 'gone'),
    ],
  })
  const group = {
    id: 1,
    name: 'chat',
    policy: 'priority',
    keyless: false,
    rules: [],
    enabled: true,
    createdAt: 0,
    updatedAt: 0,
    members: [member(1, owner, 5, 1), member(2, owner, 1, 2)],
  }
  const from = { inputPrice: 5, outputPrice: 6, priceSource: 'provider' }
  const table = { inputPrice: 5, outputPrice: 6, priceSource: 'table' }
  const rows = rowsOf(
    listing(
      [
        listed('same', { knownId: 1, inputPrice: 1, outputPrice: 2, priceSource: 'provider' }),
        listed('dearer', { knownId: 2, ...from }),
        listed('own', { knownId: 3, ...table }),
        listed('by call', { knownId: 4, ...from }),
        listed('z', { ...table, contextTokens: 8000 }),
      ],
      owner.models.slice(4),
    ),
    owner,
    [group],
  )
  const row = (name: string) => rows.find((one) => one.name === name)!

  it('show the differences first', () => {
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['z', 'new'],
      ['gone', 'vanished'],
      ['dearer', 'changed'],
      ['by call', 'same'],
      ['own', 'same'],
      ['same', 'same'],
    ])
    expect(row('gone').groups).toEqual(['chat'])
  })
  it('take prices of the provider, and never the table over what somebody entered', () => {
    expect(row('dearer')).toMatchObject({ source: 'provider', values: { inputPrice: 5 } })
    expect(row('own')).toMatchObject({ source: 'stored', values: { inputPrice: 9 } })
    expect(row('by call').values).toMatchObject({ callPrice: 0.5, inputPrice: null })
    expect(row('z')).toMatchObject({ source: 'table', values: { contextTokens: 8000 } })
  })
  it('are compared with what is stored when somebody changes them', () => {
    const back = { ...row('dearer').values, inputPrice: 1, outputPrice: 2 }
    expect(edited(row('dearer'), { values: back }).state).toBe('same')
    expect(edited(row('same'), { values: { ...back, callPrice: 1 } }).state).toBe('changed')
  })

  it('make a plan that says what becomes of each group', () => {
    const aliases: Record<string, string | undefined> = {
      z: 'new',
      dearer: 'new',
      same: 'chat',
      own: 'chat',
      'by call': undefined,
    }
    const chosen = rows.filter(({ state }) => state !== 'vanished')
    const plan = planOf(
      chosen,
      [row('gone')],
      ({ name }) => aliases[name],
      new Set(['chat', 'other']),
    )
    expect(Object.fromEntries(plan.chosen.map(({ row, note }) => [row.name, note]))).toEqual({
      z: { kind: 'shared', count: 2 },
      dearer: { kind: 'shared', count: 2 },
      same: { kind: 'already' },
      own: { kind: 'joins' },
      'by call': { kind: 'invalid' },
    })
    expect(plan.joins).toEqual([
      { group: 'new', isNew: true, count: 2 },
      { group: 'chat', isNew: false, count: 1 },
    ])
    expect(plan.models.map(({ name }) => name)).toEqual(['z', 'dearer', 'own', 'same'])
    expect(plan.remove).toEqual([5])
  })
})

describe('another base URL', () => {
  it.each([
    ['https://a.example', 'https://a.example/v1'],
    ['https://a.example/api/', 'https://a.example/api/v1'],
    ['https://a.example/v1', 'https://a.example'],
    ['https://a.example/v1/chat/completions', 'https://a.example/v1'],
    ['https://a.example/v1/models/', 'https://a.example/v1'],
  ])('for %s is %s', (given, want) => expect(otherUrls(given)).toEqual([want]))
})
