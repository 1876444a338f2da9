import { asFailure, keywords as api, type Failure, type Keyword, type KeywordFinds } from '../api'

/** What a keyword, perhaps an unsaved one, finds: in a sample as it is typed, and in the stored calls. */
export class KeywordTrial {
  #parts = $state.raw<string[]>([])
  #failure = $state.raw<Failure | null>(null)
  #finds = $state.raw<{ of: string; found: KeywordFinds } | null>(null)
  #findsFailure = $state.raw<Failure | null>(null)
  #looking = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #round = 0

  /** Milliseconds without a keystroke before the sample is looked through. */
  static readonly pause = 200

  /** The sample, cut where matches begin and end: every second part is a match. */
  get parts(): string[] {
    return this.#parts
  }

  get matches(): number {
    return Math.floor(this.#parts.length / 2)
  }

  /** Why the keyword is none, such as a regular expression that isn't. */
  get failure(): Failure | null {
    return this.#failure
  }

  get looking(): boolean {
    return this.#looking
  }

  get findsFailure(): Failure | null {
    return this.#findsFailure
  }

  /** What was found in the stored calls, when it was looked for what this keyword looks for. */
  findsOf(keyword: Keyword): KeywordFinds | undefined {
    return this.#finds?.of === meaning(keyword) ? this.#finds.found : undefined
  }

  /** Looks through the sample a moment after the last call. */
  try(keyword: Keyword, sample: string) {
    clearTimeout(this.#timer)
    const round = ++this.#round
    this.#timer = setTimeout(() => void this.#test(keyword, sample, round), KeywordTrial.pause)
  }

  stop = () => {
    clearTimeout(this.#timer)
    this.#round++
  }

  async #test(keyword: Keyword, sample: string, round: number) {
    let parts: string[] = []
    let failure: Failure | null = null
    try {
      if (keyword.text !== '') parts = (await api.test(keyword, sample)).parts ?? []
    } catch (reason) {
      failure = asFailure(reason, 'Keywords.Test')
    }
    if (round !== this.#round) return
    this.#parts = parts
    this.#failure = failure
  }

  /** Looks through the stored calls; undefined when that failed. */
  async look(keyword: Keyword): Promise<KeywordFinds | undefined> {
    this.#looking = true
    this.#findsFailure = null
    try {
      const reply = await api.testCalls(keyword)
      const found = { ...reply, rows: reply.rows ?? [] }
      this.#finds = { of: meaning(keyword), found }
      return found
    } catch (reason) {
      this.#finds = null
      this.#findsFailure = asFailure(reason, 'Keywords.TestCalls')
      return undefined
    } finally {
      this.#looking = false
    }
  }
}

// What it finds depends on these alone.
function meaning({ text, regex, scope, groupIds }: Keyword): string {
  return JSON.stringify([text, regex, scope, [...groupIds].sort((a, b) => a - b)])
}
