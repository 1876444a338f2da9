import { asFailure, calls as api, type CallQuery, type CallRow, type Failure } from '../api'
import { anyCall } from '../api/any-call'

export type CallFilter = Pick<CallQuery, 'states' | 'groupId' | 'apiKeyId' | 'id'>

const pageSize = 100
const pageLimit = 500

/**
 * The calls that match a filter, newest first. New ones come in at the top while
 * the list follows; else they are held, counted, and let in when it follows again.
 */
export class CallList {
  #rows = $state.raw<CallRow[]>([])
  #held = $state.raw<CallRow[]>([])
  #next = $state(0) // where the next older page begins; 0: there is none
  #loaded = $state(false)
  #loading = $state(false)
  #failure = $state.raw<Failure | null>(null)
  #following = $state(true)
  #filter: CallFilter = { states: [], groupId: 0, apiKeyId: 0, id: '' }
  #turn = 0
  #newest: Promise<void> | null = null
  #stale = false

  get rows(): CallRow[] {
    return this.#rows
  }

  get more(): boolean {
    return this.#next > 0
  }

  /** Whether the filter has been answered at least once. */
  get loaded(): boolean {
    return this.#loaded
  }

  get failure(): Failure | null {
    return this.#failure
  }

  get following(): boolean {
    return this.#following
  }

  /** How many new calls wait to be let in. */
  get waiting(): number {
    return this.#held.length
  }

  show(filter: CallFilter): Promise<void> {
    this.#filter = filter
    this.#turn++
    this.#rows = []
    this.#held = []
    this.#next = 0
    this.#loaded = false
    this.#newest = null
    return this.refresh()
  }

  follow(on: boolean) {
    this.#following = on
    if (on && this.#held.length > 0) {
      this.#rows = [...this.#held, ...this.#rows]
      this.#held = []
    }
  }

  /** Fetches what is new, and what became of the calls that were still open. */
  refresh = (): Promise<void> => {
    if (this.#newest) {
      this.#stale = true
      return this.#newest
    }
    const turn = this.#turn
    this.#newest = this.#fetchNewest(turn).finally(() => {
      if (turn === this.#turn) this.#newest = null
    })
    return this.#newest
  }

  /** Fetches the next older page. */
  async older(): Promise<void> {
    if (this.#next === 0 || this.#loading) return
    const turn = this.#turn
    this.#loading = true
    try {
      const page = await api.page({
        ...anyCall,
        ...this.#filter,
        before: this.#next,
        limit: pageSize,
      })
      if (turn !== this.#turn) return
      this.#rows = [...this.#rows, ...(page.rows ?? [])]
      this.#next = page.next
      this.#failure = null
    } catch (reason) {
      if (turn === this.#turn) this.#failure = asFailure(reason, 'Calls.Page')
    } finally {
      this.#loading = false
    }
  }

  async #fetchNewest(turn: number) {
    do {
      this.#stale = false
      try {
        const page = await api.page({ ...anyCall, ...this.#filter, limit: this.#reach() })
        if (turn !== this.#turn) return
        this.#merge(page.rows ?? [], page.next)
        this.#failure = null
      } catch (reason) {
        if (turn !== this.#turn) return
        this.#failure = asFailure(reason, 'Calls.Page')
      }
      this.#loaded = true
    } while (this.#stale)
  }

  // Far enough down to see the end of every call that is shown as open.
  #reach(): number {
    const deepest = this.#rows.findLastIndex((row) => row.state === 'open')
    return Math.min(pageLimit, Math.max(pageSize, deepest + 1 + pageSize))
  }

  #merge(fetched: CallRow[], next: number) {
    const newest = this.#rows[0]
    const oldest = fetched.at(-1)
    if (!newest || !oldest || oldest.seq > newest.seq) {
      // Nothing shown yet, or so much is new that the pages don't touch.
      this.#rows = fetched
      this.#held = []
      this.#next = next
      return
    }
    const bySeq = Object.fromEntries(fetched.map((row) => [row.seq, row]))
    const kept = this.#rows
      .filter((row) => row.seq < oldest.seq || row.seq in bySeq)
      .map((row) => bySeq[row.seq] ?? row)
    const fresh = fetched.filter((row) => row.seq > newest.seq)
    this.#rows = this.#following ? [...fresh, ...kept] : kept
    this.#held = this.#following ? [] : fresh
    if (oldest.seq <= (kept.at(-1)?.seq ?? 0)) this.#next = next
  }
}
