import { keywords as api, type Keyword } from '../api'
import type { Changes } from './changes'
import { Resource } from './resource.svelte'
import { seldom } from './seldom'

/** What a new keyword's form starts from. */
export const newKeyword: Keyword = {
  id: 0,
  text: '',
  regex: false,
  scope: 'both',
  groupIds: [],
  description: '',
  enabled: true,
  createdAt: 0,
  hits: 0,
  lastHitAt: 0,
}

interface Draft {
  keyword: Keyword
  sample: string
}

export class Keywords {
  readonly #list = new Resource(async () =>
    (await api.list()).map((keyword) => ({ ...keyword, groupIds: keyword.groupIds ?? [] })),
  )
  /** What stood in a form that was left to look at a call. */
  #draft: Draft | null = null

  /** Milliseconds between two looks at the hits while calls arrive. */
  static readonly pause = 5000

  get list(): Resource<Keyword[]> {
    return this.#list
  }

  get all(): Keyword[] {
    return this.#list.data ?? []
  }

  byId(id: number): Keyword | undefined {
    return this.all.find((keyword) => keyword.id === id)
  }

  async save(keyword: Keyword): Promise<void> {
    await api.save(keyword)
    await this.#list.refresh()
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    await this.#list.refresh()
  }

  keepDraft(draft: Draft) {
    this.#draft = draft
  }

  /** The draft that was kept for this keyword (0: a new one), once. */
  takeDraft(id: number): Draft | undefined {
    const draft = this.#draft
    this.#draft = null
    return draft?.keyword.id === id ? draft : undefined
  }

  /** Keeps the hits fresh while calls arrive, until the returned function is called. */
  followHits(changes: Changes): () => void {
    const look = seldom(Keywords.pause, this.#list.refresh)
    const unfollow = changes.follow(['calls'], look.call)
    return () => {
      unfollow()
      look.stop()
    }
  }
}
