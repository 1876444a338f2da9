import { calls as api, type Failure, type Stats } from '../api'
import { span, type CallScope } from './call-scope'
import type { Changes } from './changes'
import { Resource } from './resource.svelte'

/** The statistics of the calls that a scope is about. Old ones stay until there are new ones. */
export class Dashboard {
  static readonly pause = 5000

  #asked = $state.raw<CallScope | null>(null)
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
      model: asked.model,
    })
    return { asked, stats }
  })

  get stats(): Stats | null {
    return this.#answer.data?.stats ?? null
  }

  /** Whether the statistics are still those of an earlier scope. */
  get old(): boolean {
    return this.#answer.data?.asked !== this.#asked
  }

  get failure(): Failure | null {
    return this.#answer.failure
  }

  refresh = (): Promise<void> => this.#answer.refresh()

  show(scope: CallScope): Promise<void> {
    this.#asked = scope
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
