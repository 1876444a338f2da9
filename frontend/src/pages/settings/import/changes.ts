import type { Change } from '../../../lib/api'

export const actions = ['created', 'changed', 'removed', 'unchanged'] as const
export type Action = (typeof actions)[number]

/** The kinds of objects, in the order in which a person meets them. */
export const kinds = ['provider', 'model', 'group', 'api_key', 'keyword', 'settings'] as const

export type Counts = Record<Action, number>

export function countsOf(changes: Change[]): Counts {
  const counts = { created: 0, changed: 0, removed: 0, unchanged: 0 }
  for (const { action } of changes) if (action in counts) counts[action as Action]++
  return counts
}

/** Whether every word of a filter is in one of the texts, in any case. */
export function finds(filter: string, ...texts: string[]): boolean {
  const all = texts.join(' ').toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

/** Texts side by side, as the language does it. */
export function listed(locale: string, texts: string[]): string {
  return texts.join(/^(zh|ja)/.test(locale) ? '、' : ', ')
}
