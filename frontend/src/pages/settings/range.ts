import type { I18n } from '../../lib/i18n/i18n.svelte'
import type { Faults } from './draft.svelte'

/** A field, its value (NaN: no whole number), the lowest and the highest that it may have. */
export type Range = [field: string, value: number, low: number, high: number]

export function rangeFaults(i18n: I18n, ranges: Range[]): Faults {
  const wrong = ranges.filter(([, value, low, high]) => !(value >= low && value <= high))
  return Object.fromEntries(
    wrong.map(([field, , Low, High]) => [field, i18n.t('settings.between', { Low, High })]),
  )
}

/** So many seconds in words, in minutes where that is a whole number of at least two. */
export function span(locale: string, seconds: number): string {
  const minutes = seconds / 60
  const [value, unit] =
    minutes >= 2 && Number.isInteger(minutes) ? [minutes, 'minute'] : [seconds, 'second']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
}
