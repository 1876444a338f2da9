import { asFailure, type Failure } from '../api'

/** The last action outside a form that failed; it stays until dismissed or another succeeds. */
export class Problem {
  #failure = $state.raw<Failure | null>(null)

  get failure(): Failure | null {
    return this.#failure
  }

  dismiss = () => (this.#failure = null)

  /** Runs an action; tells whether it worked. */
  async run(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action()
      this.#failure = null
      return true
    } catch (reason) {
      this.#failure = asFailure(reason, 'action')
      return false
    }
  }
}
