import type { I18n } from '../../lib/i18n/i18n.svelte'
import { count, money, unknown } from '../../lib/format/format'
import { priceText } from '../providers/price'
import type { AliasNote } from './plan'
import type { Row } from './rows'

/** What is to be said of the group that a model joins; "" when there is nothing. */
export function noteText({ t, n }: I18n, note: AliasNote | undefined): string {
  switch (note?.kind) {
    case 'invalid':
      return t('import.note_invalid')
    case 'joins':
      return t('import.note_joins')
    case 'already':
      return t('import.note_already')
    case 'shared':
      return n('import.note_shared', note.count - 1)
    case 'made':
      return t('import.note_made')
    default:
      return ''
  }
}

/** What becomes of a stored model's values, as "before → after". */
export function changeText(i18n: I18n, { stored, values }: Row): string {
  if (!stored) return ''
  const context = (tokens: number) => (tokens > 0 ? count(i18n.locale, tokens) : unknown)
  const before = priceText(i18n, stored)
  const after = priceText(i18n, values)
  const cachedChanged = stored.cachedInputPrice !== values.cachedInputPrice
  return [
    before !== after ? `${before} → ${after}` : '',
    cachedChanged
      ? `${i18n.t('price.cached')} ${money(i18n.locale, stored.cachedInputPrice)} → ${money(i18n.locale, values.cachedInputPrice)}`
      : '',
    stored.contextTokens !== values.contextTokens
      ? `${i18n.t('models.context')} ${context(stored.contextTokens)} → ${context(values.contextTokens)}`
      : '',
  ]
    .filter(Boolean)
    .join(', ')
}
