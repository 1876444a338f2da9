import { href } from '../../lib/router/router.svelte'
import { ranges, type Question } from '../../lib/state/dashboard.svelte'

export type Query = Record<string, string>

/** Reads what the dashboard is about from the hash. */
export function questionOf(query: Query): Question {
  return {
    range: ranges.find((range) => range === query.range) ?? '24h',
    from: query.from ?? '',
    until: query.until ?? '',
    groupId: Number(query.group ?? 0) || 0,
    apiKeyId: Number(query.key ?? 0) || 0,
    providerId: Number(query.provider ?? 0) || 0,
    member: query.model ?? '',
  }
}

/** The calls behind a number, as far as the call log's filters go. */
export function callsOf(query: Query, more: Query = {}): string {
  return href('calls', { group: query.group, key: query.key, ...more })
}

/** The dashboard of a part of what it shows now. */
export function partOf(query: Query, more: Query): string {
  return href('dashboard', { ...query, ...more })
}
