import { asFailure, type Failure } from '../api'

/** A reply of the program that is fetched again when something changed. Old data stays. */
export class Resource<T> {
  #data = $state.raw<T | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #loading = $state(false)
  #running: Promise<void> | null = null
  #stale = false
  readonly #fetch: () => Promise<T>

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch
  }

  get data(): T | null {
    return this.#data
  }

  /** Why the last fetch failed; null when it worked. */
  get failure(): Failure | null {
    return this.#failure
  }

  get loading(): boolean {
    return this.#loading
  }

  /** Fetches; resolves when data is at least as new as this call. It never rejects. */
  refresh = (): Promise<void> => {
    if (this.#running) {
      this.#stale = true
      return this.#running
    }
    this.#running = this.#run().finally(() => (this.#running = null))
    return this.#running
  }

  async #run() {
    this.#loading = true
    do {
      this.#stale = false
      try {
        this.#data = await this.#fetch()
        this.#failure = null
      } catch (reason) {
        this.#failure = asFailure(reason, 'fetch')
      }
    } while (this.#stale)
    this.#loading = false
  }
}
