import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const keywordsHandlers = (fake: FakeProgram): Handlers => ({
  'Keywords.List': () => (fake.keywords.length > 0 ? fake.keywords : null),
  'Keywords.Save': (keyword: T.Keyword) => {
    const saved = { ...keyword, id: keyword.id || fake.nextId() }
    fake.keywords = [...fake.keywords.filter(({ id }) => id !== saved.id), saved]
    return saved
  },
  'Keywords.Delete': (id: number) => {
    fake.keywords = fake.keywords.filter((one) => one.id !== id)
  },
  'Keywords.Test': (keyword: T.Keyword, sample: string) => ({ parts: parts(keyword, sample) }),
  'Keywords.TestCalls': (keyword: T.Keyword) => {
    const rows = fake.rows.filter(({ message }) => parts(keyword, message).length > 1)
    return {
      looked: fake.rows.length,
      withText: fake.rows.filter(({ message }) => message !== '').length,
      matched: rows.length,
      succeeded: rows.filter(({ state }) => state === 'ok').length,
      since: Math.min(...fake.rows.map(({ startedAt }) => startedAt), Date.now()),
      rows: rows.toReversed().slice(0, 50),
    }
  },
})

function parts(keyword: T.Keyword, text: string): string[] {
  let looked: RegExp
  try {
    const literal = keyword.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    looked = new RegExp(keyword.regex ? keyword.text : literal, 'gi')
  } catch {
    const params = { Reason: 'missing closing ]: `[`' }
    throw JSON.stringify({ code: 'keyword_regex_invalid', params })
  }
  const found: string[] = []
  let end = 0
  for (const match of text.matchAll(looked)) {
    if (match[0] === '') continue
    found.push(text.slice(end, match.index), match[0])
    end = match.index + match[0].length
  }
  return [...found, text.slice(end)]
}
