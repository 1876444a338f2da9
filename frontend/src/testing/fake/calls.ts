import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'
import { statsOf } from '../stats'

const textOf = (row: T.CallRow) =>
  [row.message, row.model, row.provider, row.member].join('\n').toLowerCase()

function fail(code: string): never {
  throw JSON.stringify({ code })
}

export const callsHandlers = (fake: FakeProgram): Handlers => ({
  'Calls.Page': (query: T.CallQuery) => {
    const reached = fake.rows
      .toSorted((a, b) => b.seq - a.seq)
      .filter((row) => query.before === 0 || row.seq < query.before)
      .filter((row) => row.seq > query.after)
    const looked = fake.lookBack > 0 ? reached.slice(0, fake.lookBack) : reached
    const found = looked
      .filter((row) => (query.states ?? []).length === 0 || query.states.includes(row.state))
      .filter((row) => query.groupId === 0 || row.groupId === query.groupId)
      .filter((row) => query.apiKeyId === 0 || row.apiKeyId === query.apiKeyId)
      .filter((row) => query.providerId === 0 || row.providerId === query.providerId)
      .filter((row) => query.member === '' || row.member === query.member)
      .filter((row) => query.model === '' || row.model === query.model)
      .filter((row) => row.startedAt >= query.from)
      .filter((row) => query.to === 0 || row.startedAt < query.to)
      .filter((row) => textOf(row).includes(query.text.toLowerCase()))
      .filter((row) => query.id === '' || row.id === query.id)
    const rows = found.slice(0, query.limit)
    const more = found.length > query.limit
    const cut = !more && looked.length < reached.length
    const next = more ? rows.at(-1)?.seq : cut ? looked.at(-1)?.seq : 0
    return { rows, more, cut, next: next ?? 0 }
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
      hasBodies: fake.bodies !== null,
      costSource: row.costNanos === null ? 'unknown' : 'tokens',
      attempts: row.attempts === 0 ? [] : fake.attempts.slice(-row.attempts),
    }
  },
  'Calls.Bodies': () => fake.bodies ?? fail('bodies_not_kept'),
  'Calls.Clear': (before: number) => {
    // A step at a time, as the program does.
    const old = fake.rows.filter(({ startedAt }) => startedAt < before)
    const step = old.slice(0, 100)
    fake.rows = fake.rows.filter((row) => !step.includes(row))
    return { removed: step.length, more: old.length > step.length }
  },
  'Calls.Stats': (query: T.StatsQuery) => statsOf(fake.rows, query),
  'Calls.Health': () => ({ written: fake.rows.length, dropped: 0, droppedBodies: 0, error: '' }),
})
