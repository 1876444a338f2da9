import { calls as api, type Failure, type Stats, type StatsQuery } from '../api'
import { endOfDay, startOfDay } from '../format/format'
import type { Changes } from './changes'
import { Resource } from './resource.svelte'

export const ranges = ['24h', '7d', '30d', 'custom'] as const
export type Range = (typeof ranges)[number]

/** What the dashboard is about; days are <input type="date"> values. */
export interface Question {
  range: Range
  /** Only for a custom range: its first and last day. */
  from: string
  until: string
  groupId: number
  apiKeyId: number
  providerId: number
  /** The provider's model; "": all. */
  member: string
}

const hour = 3_600_000
const day = 24 * hour

/** The time that a question means now, and in how many steps it is shown. */
export function span(asked: Question, now: number): Pick<StatsQuery, 'from' | 'to' | 'buckets'> {
  switch (asked.range) {
    case '24h':
      return { from: now - day, to: now, buckets: 24 }
    case '7d':
      return { from: startOfDay(now, -6), to: now, buckets: 30 }
    case '30d':
      return { from: startOfDay(now, -29), to: now, buckets: 31 }
    case 'custom': {
      const from = asked.from === '' ? 0 : startOfDay(endOfDay(asked.from) - 1)
      const end = endOfDay(asked.until)
      // Nothing can be known of the time to come.
      const to = from < now ? Math.min(end, now) : end
      const days = (to - from) / day
      return { from, to, buckets: days <= 2 ? 50 : days <= 8 ? 36 : 100 }
    }
  }
}

/** The statistics of the calls that a question is about. Old ones stay until there are new ones. */
export class Dashboard {
  static readonly pause = 5000

  #asked = $state.raw<Question | null>(null)
  readonly #answer = new Resource(async () => {
    const asked = this.#asked
    if (!asked) return null
    const stats = await api.stats({
      ...span(asked, Date.now()),
      zone: zone(),
      top: 10,
      groupId: asked.groupId,
      apiKeyId: asked.apiKeyId,
      providerId: asked.providerId,
      member: asked.member,
      model: '',
    })
    return { asked, stats }
  })

  get stats(): Stats | null {
    return this.#answer.data?.stats ?? null
  }

  /** Whether the statistics are still those of an earlier question. */
  get old(): boolean {
    return this.#answer.data?.asked !== this.#asked
  }

  get failure(): Failure | null {
    return this.#answer.failure
  }

  refresh = (): Promise<void> => this.#answer.refresh()

  show(question: Question): Promise<void> {
    this.#asked = question
    return this.refresh()
  }

  /** Asks again when calls were made: every few seconds at most, and not while nobody can see it. */
  follow(changes: Changes): () => void {
    let due = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      if (!due || timer !== undefined || document.hidden) return
      due = false
      void this.refresh()
      timer = setTimeout(() => {
        timer = undefined
        ask()
      }, Dashboard.pause)
    }
    const stop = changes.follow(['calls'], () => {
      due = true
      ask()
    })
    document.addEventListener('visibilitychange', ask)
    return () => {
      stop()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', ask)
    }
  }
}

function zone(): string {
  const name = new Intl.DateTimeFormat().resolvedOptions().timeZone
  // Where the system's own zone isn't known.
  return name === 'Etc/Unknown' ? '' : (name ?? '')
}
