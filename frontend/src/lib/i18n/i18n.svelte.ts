import { createContext } from 'svelte'
import { load, pick, render, type Catalog, type Data, type Key, type Locale } from './catalog'

/** Texts in the language that was chosen last. t and n are safe to take apart. */
export class I18n {
  #locale = $state<Locale>('en')
  #catalog = $state.raw<Catalog>({})
  #wanted: Locale | null = null

  get locale(): Locale {
    return this.#locale
  }

  /** Whether there are texts at all. */
  get ready(): boolean {
    return Object.keys(this.#catalog).length > 0
  }

  async use(locale: Locale): Promise<void> {
    if (this.#wanted === locale) return
    this.#wanted = locale
    const catalog = await load(locale)
    if (this.#wanted !== locale) return
    this.#catalog = catalog
    this.#locale = locale
    document.documentElement.lang = locale
  }

  /** The text of key. */
  t = (key: Key, data?: Data): string => render(pick(this.#catalog, this.#locale, key), data)

  /** The text of key in the form for count, which also fills {{.Count}}. */
  n = (key: Key, count: number, data?: Data): string =>
    render(pick(this.#catalog, this.#locale, key, count), { Count: count, ...data })

  /** The text of a key put together from a code, or the code when no text knows it. */
  code = (prefix: string, code: string, data?: Data): string => {
    const key = `${prefix}.${code}`
    return key in this.#catalog ? render(pick(this.#catalog, this.#locale, key), data) : code
  }

  /** What a person may read of a coded error. */
  error = (error: Coded): string => {
    const key = `error.${error.code}`
    if (!(key in this.#catalog)) return this.t('error.internal')
    const data: Data = { ...error.params }
    if (error.problem) data.Problem = this.error(error.problem)
    return render(pick(this.#catalog, this.#locale, key), data)
  }
}

/** An error of the program, with the one that it was made of. */
interface Coded {
  code: string
  params?: Record<string, string>
  problem?: Coded
}

export const [useI18n, provideI18n] = createContext<I18n>()
