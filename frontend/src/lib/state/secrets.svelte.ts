import { secrets as api, type KeysState } from '../api'
import { Resource } from './resource.svelte'

/** The keys that seal provider keys: where they are kept, and whether they are locked. */
export class Secrets {
  readonly #state = new Resource<KeysState>(api.state)

  get state(): Resource<KeysState> {
    return this.#state
  }

  /** Rejects with a Failure, as do the others. */
  async unlock(passphrase: string): Promise<void> {
    try {
      await api.unlock(passphrase)
    } finally {
      await this.#state.refresh()
    }
  }

  async keep(where: string, passphrase: string): Promise<void> {
    await api.keep(where, passphrase)
    await this.#state.refresh()
  }

  async rotate(passphrase: string): Promise<void> {
    await api.rotate(passphrase)
  }
}
