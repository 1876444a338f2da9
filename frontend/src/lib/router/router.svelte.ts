import { createContext } from 'svelte'

export interface Place {
  /** Segments after "#/", such as ["providers", "3"]. */
  path: string[]
  query: Record<string, string>
}

/** Reads a hash such as "#/calls?state=failed". */
export function parse(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

/** Writes a hash; a filter without a value is left out. */
export function href(
  path: string,
  query: Record<string, string | number | undefined> = {},
): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const filters = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString()
  return `#/${path}${filters ? `?${filters}` : ''}`
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Where the window is. The hash holds it, so that back, reload and links work. */
export class Router {
  #place = $state.raw<Place>(parse(location.hash))
  #hash = location.hash
  #stays: ((to: string) => boolean) | null = null

  get place(): Place {
    return this.#place
  }

  get page(): string {
    return this.#place.path[0] ?? ''
  }

  listen(): () => void {
    const follow = () => {
      if (location.hash === this.#hash) return
      // The browser has left already: its new step becomes this place again.
      if (this.#stays?.(location.hash)) history.replaceState(null, '', this.#hash || '#/')
      else this.#arrive()
    }
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }

  go(path: string, query: Record<string, string | number | undefined> = {}) {
    const to = href(path, query)
    if (to !== this.#hash && this.#stays?.(to)) return
    location.hash = to
    this.#arrive()
  }

  /**
   * Asks before the window goes elsewhere, as long as something here isn't saved: stays is told
   * the hash that was wanted and says whether to remain. The returned function ends that.
   */
  hold(stays: (to: string) => boolean): () => void {
    this.#stays = stays
    return () => {
      if (this.#stays === stays) this.#stays = null
    }
  }

  /** Changes filters of this page without adding a step to "back". */
  filter(changes: Record<string, string | number | undefined>) {
    const to = href(this.#place.path.map(encodeURIComponent).join('/'), {
      ...this.#place.query,
      ...changes,
    })
    history.replaceState(null, '', to)
    this.#arrive()
  }

  #arrive() {
    this.#hash = location.hash
    this.#place = parse(location.hash)
  }
}

export const [useRouter, provideRouter] = createContext<Router>()
