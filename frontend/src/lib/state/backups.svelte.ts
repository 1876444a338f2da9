import { backups as api, type Backup, type Change } from '../api'
import { Resource } from './resource.svelte'

/** The copies of the configuration that the data folder keeps. */
export class Backups {
  readonly #list = new Resource(api.list)

  /** Newest first. */
  get list(): Resource<Backup[]> {
    return this.#list
  }

  make = async (): Promise<Backup> => {
    const made = await api.make()
    await this.#list.refresh()
    return made
  }

  /** What restoring a copy would change. Rejects with a Failure. */
  async preview(name: string): Promise<Change[]> {
    return (await api.preview(name)) ?? []
  }

  async restore(name: string): Promise<void> {
    await api.restore(name)
    await this.#list.refresh()
  }
}
