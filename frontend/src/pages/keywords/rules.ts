import type { Keyword, KeywordFinds } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'

export const scopes: { value: string; label: Key }[] = [
  { value: 'both', label: 'keywords.scope.both' },
  { value: 'reply', label: 'keywords.scope.reply' },
  { value: 'errors', label: 'keywords.scope.errors' },
]

export const scopeWord = (scope: string): Key =>
  scopes.find(({ value }) => value === scope)?.label ?? 'keywords.scope.both'

/** Whether a plain text is so short that many a good reply contains it. */
export function isShort({ text, regex, scope }: Keyword): boolean {
  if (regex || scope === 'errors' || text === '') return false
  // A Chinese, Japanese or Korean character says about as much as two letters.
  const size = [...text].reduce((sum, one) => sum + (/[\u1100-\uffff]/.test(one) ? 2 : 1), 0)
  return size < 5
}

/** Whether it would turn so many calls that succeeded into failures that it is rather a mistake. */
export function isCommon({ succeeded, withText }: KeywordFinds): boolean {
  return succeeded >= 3 && succeeded >= withText / 10
}

/** Whether the two look for the same in the same places. */
export function looksAlike(a: Keyword, b: Keyword): boolean {
  const groups = ({ groupIds }: Keyword) => groupIds.toSorted((x, y) => x - y).join()
  return a.text === b.text && a.regex === b.regex && a.scope === b.scope && groups(a) === groups(b)
}

export type Sort = 'text' | 'hits' | 'last'

export function sorted(list: Keyword[], by: Sort): Keyword[] {
  if (by === 'hits') return list.toSorted((a, b) => b.hits - a.hits)
  if (by === 'last') return list.toSorted((a, b) => b.lastHitAt - a.lastHitAt)
  return list
}
