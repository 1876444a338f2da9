import { calls as api, type CallRow } from '../api'
import { anyCall } from '../api/any-call'
import type { Changes } from './changes'

/** Waits for the first call that a tool makes with an API key. */
export class Connecting {
  #keyId = $state(0)
  #since = 0
  #first = $state.raw<CallRow | null>(null)

  /** The first call since the waiting began; null: none yet. */
  get first(): CallRow | null {
    return this.#first
  }

  /** Waits for calls with this key from now on; 0: for none. */
  await(keyId: number) {
    this.#keyId = keyId
    this.#since = Date.now()
    this.#first = null
  }

  /** Looks whenever there are new calls, until the returned function is called. */
  follow(changes: Changes): () => void {
    return changes.follow(['calls'], this.#look)
  }

  #look = async () => {
    if (this.#keyId === 0 || this.#first) return
    const keyId = this.#keyId
    const query = { ...anyCall, apiKeyId: keyId, from: this.#since, limit: 1 }
    try {
      const [row] = (await api.page(query)).rows ?? []
      if (row && keyId === this.#keyId) this.#first = row
    } catch {
      // The next call asks again; a log that can't be read has its own banner.
    }
  }
}
