import { groups as api, type Prospect } from '../api'
import type { Changes } from './changes'
import { Resource } from './resource.svelte'
import { seldom } from './seldom'

/** Which member of a group would answer now, and why. */
export class GroupPlan {
  readonly #prospects: Resource<Prospect[]>

  /** Milliseconds between two looks after calls, which change what is measured. */
  static readonly pause = 2000

  constructor(groupId: number) {
    this.#prospects = new Resource(async () => (await api.explain(groupId)) ?? [])
  }

  get resource(): Resource<Prospect[]> {
    return this.#prospects
  }

  get all(): Prospect[] {
    return this.#prospects.data ?? []
  }

  refresh = () => this.#prospects.refresh()

  /** Fetches, and again whenever the answer may be another one, until the returned function is called. */
  follow(changes: Changes): () => void {
    void this.refresh()
    const after = seldom(GroupPlan.pause, this.refresh)
    const stops = [
      changes.follow(['groups', 'providers', 'health', 'settings'], this.refresh),
      changes.follow(['calls'], after.call),
      after.stop,
    ]
    return () => stops.forEach((stop) => stop())
  }
}
