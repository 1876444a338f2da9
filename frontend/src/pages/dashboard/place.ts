import { href } from '../../lib/router/router.svelte'
import { between, scopeOf, scopeOnly, type CallScope } from '../../lib/state/call-scope'

export type Query = Record<string, string>

/** Reads what the dashboard is about from the hash. */
export const questionOf = (query: Query): CallScope => scopeOf(query, '24h')

/** The calls behind a number: those of the dashboard's time and filters, and more of the latter. */
export function callsOf(query: Query, more: Query = {}): string {
  return href('calls', { range: questionOf(query).range, ...scopeOnly(query), ...more })
}

/** The same, of a part of the time. */
export function callsBetween(query: Query, from: number, to: number, more: Query = {}): string {
  return callsOf(query, { ...(between(from, to) as Query), ...more })
}
