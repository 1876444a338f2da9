import { apiKeys as api, type ApiKey, type ApiKeyInput, type NewApiKey } from '../api'
import type { Changes } from './changes'
import { Resource } from './resource.svelte'
import { seldom } from './seldom'

export class ApiKeys {
  readonly #list = new Resource(async () =>
    (await api.list()).map((key) => ({ ...key, groupIds: key.groupIds ?? [] })),
  )
  /** The key made last, while this window is open: nobody can show it again. */
  #fresh = $state.raw<NewApiKey | null>(null)

  /** Milliseconds between two looks at when keys were used, while calls arrive. */
  static readonly pause = 5000

  get list(): Resource<ApiKey[]> {
    return this.#list
  }

  get all(): ApiKey[] {
    return this.#list.data ?? []
  }

  byId(id: number): ApiKey | undefined {
    return this.all.find((key) => key.id === id)
  }

  get fresh(): NewApiKey | null {
    return this.#fresh
  }

  async create(input: ApiKeyInput): Promise<NewApiKey> {
    const made = await api.create(input)
    this.#fresh = made
    await this.#list.refresh()
    return made
  }

  async save(input: ApiKeyInput): Promise<void> {
    await api.save(input)
    await this.#list.refresh()
  }

  /** Gives a key a new text; the one before works for so many seconds more. */
  async rotate(id: number, graceSeconds: number): Promise<NewApiKey> {
    const made = await api.rotate(id, graceSeconds)
    this.#fresh = made
    await this.#list.refresh()
    return made
  }

  async endGrace(id: number): Promise<void> {
    await api.endGrace(id)
    await this.#list.refresh()
  }

  /** Keeps "last used" fresh while calls arrive, until the returned function is called. */
  followUse(changes: Changes): () => void {
    const look = seldom(ApiKeys.pause, this.#list.refresh)
    const unfollow = changes.follow(['calls'], look.call)
    return () => {
      unfollow()
      look.stop()
    }
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    if (this.#fresh?.apiKey.id === id) this.#fresh = null
    await this.#list.refresh()
  }
}
