import { asFailure, playground as api, type Failure, type News, type Question } from '../api'
import { CallView } from './call-detail.svelte'
import type { Target } from './playground-setup.svelte'

/** One question and what came of it. */
export class Try {
  readonly question: string
  readonly target: Target
  readonly startedAt = Date.now()
  readonly #request: Question
  #id = ''
  #next = 0
  #stopping = false
  #text = $state('')
  #reasoning = $state('')
  #running = $state(false)
  #news = $state.raw<News | null>(null)
  #failure = $state.raw<Failure | null>(null)
  #call = $state.raw<CallView | null>(null)

  /** Milliseconds between two looks: text that comes faster is shown in larger pieces. */
  static readonly pause = 40

  constructor(question: string, target: Target, request: Question) {
    this.question = question
    this.target = target
    this.#request = request
  }

  get text(): string {
    return this.#text
  }

  get reasoning(): string {
    return this.#reasoning
  }

  get running(): boolean {
    return this.#running && !this.#news?.done
  }

  /** Whether an error came instead of a reply, or in its midst. */
  get failed(): boolean {
    return !!this.#news && (this.#news.errorCode !== '' || this.#news.status >= 400)
  }

  /** What the program last told; null: nothing yet. */
  get news(): News | null {
    return this.#news
  }

  /** Why it could not be sent or read. */
  get failure(): Failure | null {
    return this.#failure
  }

  /** Whether it was sent, so that there may be more to read. */
  get sent(): boolean {
    return this.#id !== ''
  }

  /** The call in the log; null while that is not known. */
  get call(): CallView | null {
    return this.#call
  }

  /** Sends the question, and reads to the reply's end. After a failure it reads on. It never rejects. */
  run = async (): Promise<void> => {
    this.#running = true
    this.#failure = null
    try {
      if (!this.sent) this.#id = await api.send(this.#request)
      if (this.#stopping) await api.stop(this.#id)
      await this.#read()
    } catch (reason) {
      this.#failure = asFailure(reason, 'Playground')
    }
    this.#running = false
  }

  async #read() {
    for (;;) {
      const news = await api.read(this.#id, this.#next)
      this.#take(news)
      if (news.done) return
      await new Promise((resolve) => setTimeout(resolve, Try.pause))
    }
  }

  #take(news: News) {
    this.#next = news.next
    this.#text += news.text
    this.#reasoning += news.reasoning
    this.#news = news
    if (news.callId && !this.#call) this.#call = new CallView(news.callId)
    // The log may not have it yet; then the next change of the log asks again.
    if (news.done) void this.#call?.resource.refresh()
  }

  /** Ends the reply; what was said so far stays. */
  stop = async (): Promise<void> => {
    if (!this.running) return
    this.#stopping = true
    if (this.sent) await api.stop(this.#id)
  }

  /** Looks for the call in the log until it is there, complete. */
  follow = () => {
    if (this.#news?.done) this.#call?.follow()
  }
}
