import type { CallQuery, StatsQuery } from '../api'
import { anyCall } from '../api/any-call'
import { endOfDay, startOfDay } from '../format/format'

export const ranges = ['24h', '7d', '30d', 'custom'] as const
/** always is for the call log alone: statistics are of a time. */
export type Range = 'always' | (typeof ranges)[number]

/** Which calls a page is about: what the call log and the statistics both know. */
export interface CallScope {
  range: Range
  /**
   * Only for a custom range: its start and end. Each is a day, as an <input type="date">
   * has it, the last one counting whole; or a moment, local or with a "Z" in UTC.
   */
  from: string
  until: string
  groupId: number
  apiKeyId: number
  providerId: number
  /** The provider's model, as served; "": all. */
  member: string
  /** As the tool asked; "": all. */
  model: string
}

/** A scope with what only single calls have. */
export interface CallFilter extends CallScope {
  states: string[]
  text: string
  id: string
}

/** Filters by their names in the hash; undefined takes one away. */
export type Changes = Record<string, string | undefined>
type Query = Record<string, string>

/** The hash's names of all filters but the time. */
const scopeNames = ['group', 'key', 'provider', 'member', 'model'] as const
const callNames = ['state', 'text', 'id'] as const
const timeNames = ['range', 'from', 'until'] as const

export const noFilters: Changes = Object.fromEntries(
  [...scopeNames, ...callNames].map((name) => [name, undefined]),
)

const hour = 3_600_000
const day = 24 * hour

/** Reads from the hash which calls a page is about. */
export function scopeOf(query: Query, usual: Range): CallScope {
  return {
    range: ranges.find((range) => range === query.range) ?? usual,
    from: query.from ?? '',
    until: query.until ?? '',
    groupId: Number(query.group ?? 0) || 0,
    apiKeyId: Number(query.key ?? 0) || 0,
    providerId: Number(query.provider ?? 0) || 0,
    member: query.member ?? '',
    model: query.model ?? '',
  }
}

export function filterOf(query: Query): CallFilter {
  return {
    ...scopeOf(query, 'always'),
    states: (query.state ?? '').split(',').filter(Boolean),
    text: query.text ?? '',
    id: query.id ?? '',
  }
}

/** The part of a hash that another page of calls takes over. */
export function scopeOnly(query: Query): Query {
  const names: readonly string[] = [...timeNames, ...scopeNames]
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)))
}

/** How many filters besides the time are set. */
export function countFilters(query: Query): number {
  return [...scopeNames, ...callNames].filter((name) => query[name]).length
}

const isDay = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value)

/** Whether an end of a custom range is a moment, not a day. */
export const isMoment = (value: string) => value !== '' && !isDay(value)

/** The Unix time in ms of a custom range's end; 0 when it isn't one. */
export function momentOf(value: string, end: boolean): number {
  if (isDay(value)) return end ? endOfDay(value) : startOfDay(endOfDay(value) - 1)
  const at = Date.parse(value.trim().replace(' ', 'T'))
  return Number.isNaN(at) ? 0 : at
}

/** An exact end of a custom range, for the hash. */
export const momentText = (at: number) => new Date(at).toISOString().replace(/(:00)?\.000Z$/, 'Z')

/** A time as a custom range. */
export const between = (from: number, until: number): Changes => ({
  range: 'custom',
  from: momentText(from),
  until: momentText(until),
})

/** The time that a scope means now, and in how many steps statistics show it. */
export function span(scope: CallScope, now: number): Pick<StatsQuery, 'from' | 'to' | 'buckets'> {
  switch (scope.range) {
    case '7d':
      return { from: startOfDay(now, -6), to: now, buckets: 30 }
    case '30d':
      return { from: startOfDay(now, -29), to: now, buckets: 31 }
    case 'custom': {
      const from = momentOf(scope.from, false)
      const end = scope.until === '' ? now : momentOf(scope.until, true)
      // Nothing can be known of the time to come.
      const to = from < now ? Math.min(end, now) : end
      const days = (to - from) / day
      return { from, to, buckets: days <= 2 ? 50 : days <= 8 ? 36 : 100 }
    }
    default:
      return { from: now - day, to: now, buckets: 24 }
  }
}

/** The calls that a filter means now. */
export function queryOf(filter: CallFilter, now: number): CallQuery {
  return {
    ...anyCall,
    ...time(filter, now),
    states: filter.states,
    groupId: filter.groupId,
    apiKeyId: filter.apiKeyId,
    providerId: filter.providerId,
    member: filter.member,
    model: filter.model,
    text: filter.text.trim(),
    id: filter.id,
  }
}

function time(scope: CallScope, now: number): Pick<CallQuery, 'from' | 'to'> {
  switch (scope.range) {
    case 'always':
      return { from: 0, to: 0 }
    case '24h':
      // Statistics know whole hours: what they count must be what is listed.
      return { from: Math.ceil((now - day) / hour) * hour, to: 0 }
    case 'custom':
      return { from: momentOf(scope.from, false), to: momentOf(scope.until, true) }
    default:
      return { from: span(scope, now).from, to: 0 }
  }
}

/** What a person types to find calls: a call's ID where it is one, else a text. */
export function searched(typed: string): Changes {
  const found = typed.trim()
  const isId = /^req_[0-9a-z]{26}$/.test(found)
  return { id: isId ? found : undefined, text: isId || found === '' ? undefined : typed }
}
