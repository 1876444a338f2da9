import { compile, type Wrong } from './pattern'

export type FilterMode = 'none' | 'include' | 'exclude'

export interface Filter {
  mode: FilterMode
  /** Keywords with commas between them, or one regular expression. */
  words: string
  regex: boolean
}

export interface Matcher {
  matches: (name: string) => boolean
  /** What is wrong with the regular expression; everything matches then. */
  wrong?: Wrong
}

const everything: Matcher = { matches: () => true }

/** What a filter lets through; keywords and expressions ignore case. */
export function matcherOf({ mode, words, regex }: Filter): Matcher {
  if (mode === 'none' || words.trim() === '') return everything
  const wanted = mode === 'include'
  if (regex) {
    const pattern = compile(words.trim())
    if (typeof pattern === 'string') return { ...everything, wrong: pattern }
    return { matches: (name) => pattern.test(name) === wanted }
  }
  const keywords = words
    .split(/[,，、]/)
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean)
  if (keywords.length === 0) return everything
  return {
    matches: (name) => {
      const text = name.toLowerCase()
      return keywords.some((word) => text.includes(word)) === wanted
    },
  }
}
