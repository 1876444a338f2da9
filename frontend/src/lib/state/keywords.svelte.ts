import { keywords as api, type Keyword } from '../api'
import { Resource } from './resource.svelte'

export class Keywords {
  readonly #list = new Resource(api.list)

  get list(): Resource<Keyword[]> {
    return this.#list
  }

  async save(keyword: Keyword): Promise<void> {
    await api.save(keyword)
    await this.#list.refresh()
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    await this.#list.refresh()
  }
}
