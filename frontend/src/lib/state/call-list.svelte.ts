import { asFailure, calls as api, type CallPage, type CallRow, type Failure } from '../api'
import { filterOf, queryOf, type CallFilter } from './call-scope'

const newestSize = 100
const olderSize = 250
const pageLimit = 500
/** While following, older rows than these are let go; scrolling fetches them again. */
const followedRows = 2000

/**
 * The calls that match a filter, newest first. New ones come in at the top while
 * the list follows; else they are held, counted, and let in when it follows again.
 */
export class CallList {
  /** About how many calls the program looks through for one page; see calllog.Page. */
  static readonly lookBack = 50_000

  #rows = $state.raw<CallRow[]>([])
  #held = $state.raw<CallRow[]>([])
  // Where the held ones end, when so many are new that they don't touch the rows.
  #heldNext: number | null = null
  #next = $state(0) // where the next older page begins; 0: there is none
  #cut = $state(false)
  #looked = $state(0)
  #loaded = $state(false)
  #old = $state(false)
  #loading = $state(false)
  #failure = $state.raw<Failure | null>(null)
  #following = $state(true)
  #filter: CallFilter = filterOf({})
  #turn = 0
  #newest: Promise<void> | null = null
  #stale = false
  #stopped = false

  get rows(): CallRow[] {
    return this.#rows
  }

  get filter(): CallFilter {
    return this.#filter
  }

  get more(): boolean {
    return this.#next > 0
  }

  /** Whether the search ended before the log did: older calls may match. */
  get cut(): boolean {
    return this.#cut && this.more
  }

  /** About how many calls were looked through for those that match, when it was cut. */
  get looked(): number {
    return this.#looked
  }

  /** Whether older calls are being fetched. */
  get loading(): boolean {
    return this.#loading
  }

  /** Whether the filter has been answered at least once. */
  get loaded(): boolean {
    return this.#loaded
  }

  /** Whether the rows are still those of an earlier filter. */
  get old(): boolean {
    return this.#old
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

  /** Whether even more wait than were counted. */
  get waitingMore(): boolean {
    return this.#heldNext !== null
  }

  show(filter: CallFilter): Promise<void> {
    this.#filter = filter
    this.#turn++
    this.#held = []
    this.#heldNext = null
    this.#next = 0
    this.#cut = false
    this.#old = this.#rows.length > 0
    this.#loaded = this.#old
    this.#loading = false
    this.#failure = null
    this.#newest = null
    return this.refresh()
  }

  follow(on: boolean) {
    const again = on && !this.#following
    this.#following = on
    if (on) this.#letIn()
    // What has come to match meanwhile, in the midst of the rows, is let in now.
    if (again && this.#loaded) void this.refresh()
  }

  #letIn() {
    if (this.#held.length === 0) return
    if (this.#heldNext === null) {
      this.#rows = [...this.#held, ...this.#rows]
    } else {
      this.#rows = this.#held
      this.#next = this.#heldNext
      this.#cut = false
    }
    this.#held = []
    this.#heldNext = null
  }

  /** Fetches what is new, and what became of the calls that were still open. */
  refresh = (): Promise<void> => {
    if (this.#newest) {
      this.#stale = true
      return this.#newest
    }
    const turn = this.#turn
    const fetching = this.#fetchNewest(turn).finally(() => {
      if (this.#newest === fetching) this.#newest = null
    })
    this.#newest = fetching
    return fetching
  }

  /** Fetches the next older page. */
  async older(): Promise<void> {
    if (!this.more || this.#loading || this.#old) return
    await this.#reading(async (turn) => {
      const page = await this.#page(this.#next, olderSize)
      if (turn === this.#turn) this.#append(page)
    })
  }

  /** The call that comes after one that isn't among the rows; undefined when there is none. */
  async after(seq: number): Promise<CallRow | undefined> {
    return (await this.#page(seq, 1)).rows?.[0]
  }

  /** Looks on where the search was cut, until it has found some or there is nothing left. */
  async lookFurther(): Promise<void> {
    if (!this.cut || this.#loading) return
    this.#stopped = false
    const before = this.#rows.length
    await this.#reading(async (turn) => {
      do {
        const page = await this.#page(this.#next, olderSize)
        if (turn !== this.#turn) return
        this.#append(page)
      } while (this.cut && this.#rows.length === before && !this.#stopped)
    })
  }

  stopLooking = () => (this.#stopped = true)

  async #reading(read: (turn: number) => Promise<void>) {
    const turn = this.#turn
    this.#loading = true
    try {
      await read(turn)
      if (turn === this.#turn) this.#failure = null
    } catch (reason) {
      if (turn === this.#turn) this.#failure = asFailure(reason, 'Calls.Page')
    } finally {
      if (turn === this.#turn) this.#loading = false
    }
  }

  #page(before: number, limit: number, after = 0): Promise<CallPage> {
    return api.page({ ...queryOf(this.#filter, Date.now()), before, limit, after })
  }

  #append({ rows, next, cut }: CallPage) {
    this.#rows = [...this.#rows, ...(rows ?? [])]
    this.#next = next
    this.#cut = cut
    if (cut) this.#looked += CallList.lookBack
  }

  async #fetchNewest(turn: number) {
    do {
      this.#stale = false
      const began = performance.now()
      try {
        await this.#fetchOnce(turn)
        if (turn !== this.#turn) return
        this.#failure = null
      } catch (reason) {
        if (turn !== this.#turn) return
        this.#failure = asFailure(reason, 'Calls.Page')
      }
      this.#loaded = true
      // A search that takes long isn't repeated without a pause.
      const took = performance.now() - began
      if (this.#stale && took > 60) await new Promise((done) => setTimeout(done, 3 * took))
    } while (this.#stale && turn === this.#turn)
  }

  async #fetchOnce(turn: number) {
    const newest = (this.#held[0] ?? this.#rows[0])?.seq
    if (newest !== undefined && !this.#old && this.#settled()) {
      const page = await this.#page(0, pageLimit, newest)
      if (turn !== this.#turn) return
      if (!page.more && !page.cut) return this.#add(page.rows ?? [])
    }
    const page = await this.#page(0, this.#reach())
    if (turn === this.#turn) this.#merge(page)
  }

  // Whether only what is new can have changed: a call that is running gets its state, its
  // member and its error when it ends, and stays in its place.
  #settled(): boolean {
    const { states, providerId, member, text } = this.#filter
    if (states.length > 0 || providerId > 0 || member !== '' || text !== '') return false
    return !this.#rows.slice(0, pageLimit).some((row) => row.state === 'open')
  }

  #add(fresh: CallRow[]) {
    if (fresh.length === 0) return
    if (this.#following) return this.#trim([...fresh, ...this.#rows])
    const held = [...fresh, ...this.#held]
    if (held.length > pageLimit) {
      held.length = pageLimit
      this.#heldNext = held.at(-1)?.seq ?? null
    }
    this.#held = held
  }

  #trim(rows: CallRow[]) {
    if (rows.length > followedRows) {
      rows.length = followedRows / 2
      this.#next = rows.at(-1)?.seq ?? 0
      this.#cut = false
    }
    this.#rows = rows
  }

  // Far enough down to see the end of every call that is shown as open.
  #reach(): number {
    if (this.#old) return newestSize
    const deepest = this.#rows.slice(0, pageLimit).findLastIndex((row) => row.state === 'open')
    return Math.min(pageLimit, Math.max(newestSize, deepest + 1 + newestSize))
  }

  #replace({ rows, next, cut }: CallPage) {
    this.#rows = rows ?? []
    this.#held = []
    this.#heldNext = null
    this.#next = next
    this.#cut = cut
    this.#looked = cut ? CallList.lookBack : 0
    this.#old = false
  }

  #merge(page: CallPage) {
    const fetched = page.rows ?? []
    const newest = this.#rows[0]
    const oldest = fetched.at(-1)
    const lookedFurther = this.#looked > CallList.lookBack || this.#loading
    if (!this.#old && !newest && !oldest && page.cut && lookedFurther) return
    if (this.#old || !newest) return this.#replace(page)
    if (!oldest) {
      // All that matched is gone: cleared, or out of its time.
      if (!page.cut) this.#replace(page)
      return
    }
    if (oldest.seq > newest.seq) {
      // So much is new that the pages don't touch.
      if (this.#following) return this.#replace(page)
      this.#held = fetched
      this.#heldNext = page.next
      return
    }
    const split = this.#rows.findIndex((row) => row.seq < oldest.seq)
    const upper = split < 0 ? this.#rows : this.#rows.slice(0, split)
    const known = upper.map(({ seq }) => seq)
    const lower = split < 0 || page.next === 0 ? [] : this.#rows.slice(split)
    // What comes to match only now would push down what somebody reads.
    const kept = fetched.filter(
      ({ seq }) => seq <= newest.seq && (this.#following || known.includes(seq)),
    )
    const fresh = fetched.filter((row) => row.seq > newest.seq)
    this.#heldNext = null
    this.#held = this.#following ? [] : fresh
    if (lower.length === 0) {
      this.#next = page.next
      this.#cut = page.cut
    }
    const rows = [...(this.#following ? fresh : []), ...kept, ...lower]
    if (this.#following) this.#trim(rows)
    else this.#rows = rows
  }
}
