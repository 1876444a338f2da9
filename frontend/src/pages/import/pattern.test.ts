import { describe, expect, it } from 'vitest'
import { compile, type Pattern } from './pattern'

const pattern = (source: string) => {
  const compiled = compile(source)
  if (typeof compiled === 'string') throw new Error(`${source}: ${compiled}`)
  return compiled as Pattern
}

describe('compile', () => {
  const texts = [
    '',
    'gpt-4.1',
    'gpt-4.1-mini',
    'claude-3-7-sonnet-20250219',
    'deepseek/deepseek-r1:free',
    'GLM-4.5',
    'aaab',
    'a b\nc',
    '通义千问-72b',
    'x'.repeat(40),
  ]
  it.each([
    'gpt-4',
    '^gpt-4|sonnet',
    '^$',
    'mini$',
    '\\d{8}$',
    '-\\d{1,2}-',
    '(gpt|glm)-4',
    '(?:a|ab)+b',
    'a*?b',
    '[^a-z]',
    '[\\]\\d]',
    '\\bfree\\b',
    '\\Bini',
    '(a{2,}|x{3})',
    '.{5,7}$',
    'x{0,3}',
    '千[问問]',
    '\\p{Script=Han}+',
    '\\u0061\\x61',
    '()|b',
    '(^a)?b',
    'a\\/?b|\\.|\\*',
  ])('agrees with JavaScript on %s', (source) => {
    const theirs = new RegExp(source, 'iu')
    const ours = pattern(source)
    for (const text of texts) expect([text, ours.test(text)]).toEqual([text, theirs.test(text)])
  })

  it('finds the leftmost, longest match', () => {
    expect(pattern('-\\d+').find('m-12-345')).toEqual([1, 4])
    expect(pattern('a|ab').find('xab')).toEqual([1, 3])
    expect(pattern('🙂+').find('a🙂🙂')).toEqual([1, 5])
    expect(pattern('z').find('abc')).toBeNull()
  })

  it('says what is wrong', () => {
    expect(compile('(')).toBe('syntax')
    expect(compile('[z-a]')).toBe('syntax')
    expect(compile('a{2')).toBe('syntax')
    expect(compile('(?=a)')).toBe('unsupported')
    expect(compile('(a)\\1')).toBe('unsupported')
    expect(compile('a{5000}')).toBe('too_large')
    expect(compile('(a{100}){100}')).toBe('too_large')
  })

  it.each(['(a+)+$', '(a|a)*$', '(.*)*x', 'a*a*a*a*a*a*$', '(x+x+)+y'])(
    'answers for 10,000 names whatever they are: %s',
    (source) => {
      const ours = pattern(source)
      const names = Array.from({ length: 10_000 }, (_, i) => `${'a'.repeat(30)}-${i}!`)
      const began = performance.now()
      for (const name of names) ours.test(name)
      // JavaScript's own would take years on some of these.
      expect(performance.now() - began).toBeLessThan(4000)
    },
  )
})
