import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'
import { statsOf } from '../stats'

export const callsHandlers = (fake: FakeProgram): Handlers => ({
  'Calls.Page': (query: T.CallQuery) => {
    const found = fake.rows
      .toSorted((a, b) => b.seq - a.seq)
      .filter((row) => query.before === 0 || row.seq < query.before)
      .filter((row) => (query.states ?? []).length === 0 || query.states.includes(row.state))
      .filter((row) => query.groupId === 0 || row.groupId === query.groupId)
      .filter((row) => query.apiKeyId === 0 || row.apiKeyId === query.apiKeyId)
      .filter((row) => query.id === '' || row.id === query.id)
    const rows = found.slice(0, query.limit)
    const more = found.length > query.limit
    return { rows, more, cut: false, next: more ? (rows.at(-1)?.seq ?? 0) : 0 }
  },
  'Calls.Get': (id: string) => {
    const row = fake.rows.find((one) => one.id === id)
    if (!row) throw JSON.stringify({ code: 'call_not_found' })
    return {
      row,
      userAgent: 'OpenAI/JS 6.9.0',
      bytesIn: 1830,
      bytesOut: 5214,
      cachedInputTokens: row.inputTokens === null ? null : 64,
      reasoningTokens: null,
      costSource: row.costNanos === null ? 'unknown' : 'tokens',
      attempts: row.attempts === 0 ? [] : fake.attempts.slice(-row.attempts),
    }
  },
  'Calls.Stats': (query: T.StatsQuery) => statsOf(fake.rows, query),
  'Calls.Health': () => ({ written: fake.rows.length, dropped: 0, error: '' }),
})
