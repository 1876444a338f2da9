import { settings as api, type Settings } from '../api'
import { guessLocale, isLocale, type Locale } from '../i18n/catalog'
import { Resource } from './resource.svelte'

export type Theme = 'light' | 'dark'

const remembered = 'headgate.look'

/** The settings, and what they make of the window's language and colours. */
export class Preferences {
  readonly #settings = new Resource(async () => {
    const found = await api.get()
    this.#remember(found)
    return found
  })
  #dark = $state(matchMedia('(prefers-color-scheme: dark)').matches)
  #before = $state.raw(recall())

  get resource(): Resource<Settings> {
    return this.#settings
  }

  get settings(): Settings | null {
    return this.#settings.data
  }

  get theme(): Theme {
    const chosen = this.#settings.data?.theme ?? this.#before.theme
    if (chosen === 'light' || chosen === 'dark') return chosen
    return this.#dark ? 'dark' : 'light'
  }

  /** The language to use; systemLocale is the program's answer, "" before it was asked. */
  locale(systemLocale: string): Locale {
    const chosen = this.#settings.data?.language ?? this.#before.language
    if (isLocale(chosen)) return chosen
    return isLocale(systemLocale) ? systemLocale : guessLocale(navigator.languages)
  }

  listen(): () => void {
    const system = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => (this.#dark = system.matches)
    system.addEventListener('change', follow)
    return () => system.removeEventListener('change', follow)
  }

  async save(changed: Settings): Promise<void> {
    try {
      await api.save(changed)
    } finally {
      await this.#settings.refresh()
    }
  }

  /** Changes a part of the settings as they are now, which may be newer than those shown. */
  async change(part: Partial<Settings>): Promise<void> {
    await this.save({ ...(await api.get()), ...part })
  }

  // The login page and the first frame come before the program can be asked.
  #remember({ language, theme }: Settings) {
    this.#before = { language, theme }
    try {
      localStorage.setItem(remembered, JSON.stringify({ language, theme }))
    } catch {
      // A browser may refuse; the look is then known a moment later.
    }
  }
}

function recall(): { language: string; theme: string } {
  try {
    const { language, theme } = JSON.parse(localStorage.getItem(remembered) ?? '{}')
    return { language: String(language ?? ''), theme: String(theme ?? '') }
  } catch {
    return { language: '', theme: '' }
  }
}
