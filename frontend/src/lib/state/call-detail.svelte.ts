import { calls as api, type CallDetail } from '../api'
import { Resource } from './resource.svelte'

/** One call with its attempts; ask again while it is open. */
export class CallView {
  readonly #detail: Resource<CallDetail>

  constructor(id: string) {
    this.#detail = new Resource(async () => {
      const found = await api.get(id)
      return { ...found, attempts: found.attempts ?? [] }
    })
  }

  get resource(): Resource<CallDetail> {
    return this.#detail
  }

  get detail(): CallDetail | null {
    return this.#detail.data
  }

  /** Fetches again when the call may still change. */
  follow = () => {
    if (!this.detail || this.detail.row.state === 'open') void this.#detail.refresh()
  }
}
