import type { Model } from '../../lib/api'
import { money } from '../../lib/format/format'
import type { I18n } from '../../lib/i18n/i18n.svelte'

export type Prices = Pick<Model, 'inputPrice' | 'outputPrice' | 'cachedInputPrice' | 'callPrice'>

export const noPrices: Prices = {
  inputPrice: null,
  outputPrice: null,
  cachedInputPrice: null,
  callPrice: null,
}

/** One line on what a model costs. */
export function priceText({ t, locale }: I18n, prices: Prices): string {
  if (prices.callPrice !== null) return t('price.call', { Price: money(locale, prices.callPrice) })
  if (prices.inputPrice === null && prices.outputPrice === null) return t('price.unknown')
  return t('price.tokens', {
    Input: money(locale, prices.inputPrice),
    Output: money(locale, prices.outputPrice),
  })
}

/** The same in few characters: input and output. */
export function shortPrice(i18n: I18n, prices: Prices): string {
  const { locale } = i18n
  if (prices.callPrice !== null || (prices.inputPrice === null && prices.outputPrice === null))
    return priceText(i18n, prices)
  return `${money(locale, prices.inputPrice)} / ${money(locale, prices.outputPrice)}`
}
