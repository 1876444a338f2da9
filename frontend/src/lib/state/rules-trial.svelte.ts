import { asFailure, groups as api, type Failure, type Rule } from '../api'

/** Which of a list of rules, perhaps of unsaved ones, decides on an answer. */
export class RulesTrial {
  #number = $state(0)
  #failure = $state.raw<Failure | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #round = 0

  /** Milliseconds without a keystroke before it is tried. */
  static readonly pause = 200

  /** The rule that decides, from 1; 0: none. */
  get number(): number {
    return this.#number
  }

  /** Why it can't be tried, such as a rule that is none yet. */
  get failure(): Failure | null {
    return this.#failure
  }

  /** Tries the rules a moment after the last call. */
  try(rules: Rule[], status: number, answer: string) {
    this.stop()
    const round = this.#round
    this.#timer = setTimeout(() => void this.#test(rules, status, answer, round), RulesTrial.pause)
  }

  stop = () => {
    clearTimeout(this.#timer)
    this.#round++
  }

  async #test(rules: Rule[], status: number, answer: string, round: number) {
    let number = 0
    let failure: Failure | null = null
    try {
      if (status > 0 || answer !== '') number = (await api.testRules(rules, status, answer)).number
    } catch (reason) {
      failure = asFailure(reason, 'Groups.TestRules')
    }
    if (round !== this.#round) return
    this.#number = number
    this.#failure = failure
  }
}
