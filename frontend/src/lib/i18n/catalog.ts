import type en from '../../../../app/i18n/locales/en.json'

export type Key = keyof typeof en
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { description?: string }
export type Catalog = Record<string, string | Forms>
export type Data = Record<string, string | number>

export const locales = ['en', 'zh-Hant', 'zh-Hans', 'ja', 'ko'] as const
export type Locale = (typeof locales)[number]

/** Each language under its own name, for the people who look for it. */
export const localeNames: Record<Locale, string> = {
  en: 'English',
  'zh-Hant': '繁體中文',
  'zh-Hans': '简体中文',
  ja: '日本語',
  ko: '한국어',
}

export function isLocale(tag: string): tag is Locale {
  return (locales as readonly string[]).includes(tag)
}

const chunks: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import('../../../../app/i18n/locales/en.json'),
  'zh-Hant': () => import('../../../../app/i18n/locales/zh-Hant.json'),
  'zh-Hans': () => import('../../../../app/i18n/locales/zh-Hans.json'),
  ja: () => import('../../../../app/i18n/locales/ja.json'),
  ko: () => import('../../../../app/i18n/locales/ko.json'),
}

export async function load(locale: Locale): Promise<Catalog> {
  return (await chunks[locale]()).default as Catalog
}

/** The text of key, as Go's catalogs give it: no data leaves a placeholder empty. */
export function render(text: string, data: Data = {}): string {
  return text.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (_, name: string) => String(data[name] ?? ''))
}

export function pick(catalog: Catalog, locale: string, key: string, count?: number): string {
  const entry = catalog[key]
  if (entry === undefined) return key
  if (typeof entry === 'string') return entry
  const category = count === undefined ? 'other' : new Intl.PluralRules(locale).select(count)
  return entry[category] ?? entry.other ?? key
}

/** The catalog for a browser whose program has not been asked yet (the login page). */
export function guessLocale(tags: readonly string[]): Locale {
  for (const tag of tags) {
    const lower = tag.toLowerCase()
    if (/^zh\b.*\b(hant|tw|hk|mo)\b/.test(lower)) return 'zh-Hant'
    const language = lower.split(/[-_]/)[0] ?? ''
    if (language === 'zh') return 'zh-Hans'
    if (isLocale(language)) return language
  }
  return 'en'
}
