import { apiKeys as api, type ApiKey, type ApiKeyInput, type NewApiKey } from '../api'
import { Resource } from './resource.svelte'

export class ApiKeys {
  readonly #list = new Resource(async () =>
    (await api.list()).map((key) => ({ ...key, groupIds: key.groupIds ?? [] })),
  )
  /** The key made last, while this window is open: nobody can show it again. */
  #fresh = $state.raw<NewApiKey | null>(null)

  get list(): Resource<ApiKey[]> {
    return this.#list
  }

  get all(): ApiKey[] {
    return this.#list.data ?? []
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

  async remove(id: number): Promise<void> {
    await api.delete(id)
    if (this.#fresh?.apiKey.id === id) this.#fresh = null
    await this.#list.refresh()
  }
}
