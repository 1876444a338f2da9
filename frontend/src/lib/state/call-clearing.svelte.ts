import { asFailure, calls as api, type Failure } from '../api'

/** Clears old calls, a step at a time, so that it can be watched and stopped. */
export class Clearing {
  #running = $state(false)
  #removed = $state(0)
  #finished = $state(false)
  #failure = $state.raw<Failure | null>(null)
  #stopped = false

  get running(): boolean {
    return this.#running
  }

  /** How many calls are gone so far. */
  get removed(): number {
    return this.#removed
  }

  /** Whether all that should go is gone. */
  get finished(): boolean {
    return this.#finished
  }

  get failure(): Failure | null {
    return this.#failure
  }

  /** Removes the calls that started before a Unix time in ms. */
  async run(before: number): Promise<void> {
    if (this.#running) return
    this.#running = true
    this.#stopped = false
    this.#finished = false
    this.#failure = null
    this.#removed = 0
    try {
      for (let more = true; more && !this.#stopped;) {
        const step = await api.clear(before)
        this.#removed += step.removed
        more = step.more
        this.#finished = !more
      }
    } catch (reason) {
      this.#failure = asFailure(reason, 'Calls.Clear')
    } finally {
      this.#running = false
    }
  }

  /** Ends after the step that is under way. What is gone stays gone. */
  stop = () => (this.#stopped = true)
}
