import { describe, expect, it } from 'vitest'
import { guessLocale, pick, render } from './catalog'

describe('render', () => {
  it.each([
    ['Hello {{.Name}}', { Name: 'Ada' }, 'Hello Ada'],
    ['{{.A}}{{.A}}{{ .B }}', { A: 1, B: 2 }, '112'],
    ['{{.Missing}}!', {}, '!'],
    ['{{.A}}', { A: '{{.B}} $& <b>', B: 'no' }, '{{.B}} $& <b>'],
  ])('%s', (text, data, want) => expect(render(text, data)).toBe(want))
})

describe('pick', () => {
  const catalog = { plain: 'text', many: { one: 'one', other: 'more' }, only: { other: 'any' } }
  it.each([
    ['plain', undefined, 'text'],
    ['plain', 3, 'text'],
    ['many', 1, 'one'],
    ['many', 0, 'more'],
    ['many', undefined, 'more'],
    ['only', 1, 'any'],
    ['missing', 1, 'missing'],
  ])('%s × %s', (key, count, want) => expect(pick(catalog, 'en', key, count)).toBe(want))
})

describe('guessLocale', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-Hant'],
    [['zh-HK'], 'zh-Hant'],
    [['zh-Hant-SG'], 'zh-Hant'],
    [['zh-CN'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['fr-CH', 'ja-JP'], 'ja'],
    [['ko'], 'ko'],
    [['C'], 'en'],
    [[], 'en'],
  ])('%s', (tags, want) => expect(guessLocale(tags)).toBe(want))
})
