import type { Question } from '../api'
import type { Groups } from './groups.svelte'
import { PlaygroundSetup } from './playground-setup.svelte'
import { Try } from './playground-try.svelte'
import type { Providers } from './providers.svelte'

/** The conversation in the playground. It lasts as long as the window. */
export class Playground {
  readonly setup: PlaygroundSetup
  /** The message that is being written. */
  draft = $state('')
  #tries = $state.raw<Try[]>([])

  constructor(groups: Groups, providers: Providers) {
    this.setup = new PlaygroundSetup(groups, providers)
  }

  get tries(): Try[] {
    return this.#tries
  }

  get last(): Try | undefined {
    return this.#tries.at(-1)
  }

  get running(): boolean {
    return this.last?.running ?? false
  }

  /** Whether what was written can be sent. */
  get ready(): boolean {
    return !this.running && this.draft.trim() !== '' && !!this.setup.target && this.setup.valid
  }

  /** Sends what was written, after the conversation so far. Resolves when the reply is complete. */
  send = (): Promise<void> => {
    if (!this.ready) return Promise.resolve()
    const question = this.draft
    this.draft = ''
    return this.#ask(question)
  }

  /** Asks the last question once more, in the place of its reply. */
  again = (): Promise<void> => {
    const { last } = this
    if (!last || last.running || !this.setup.valid) return Promise.resolve()
    this.#tries = this.#tries.slice(0, -1)
    return this.#ask(last.question)
  }

  /** Takes the last question back, to be written anew. */
  edit = () => {
    const { last } = this
    if (!last || last.running) return
    this.#tries = this.#tries.slice(0, -1)
    this.draft = last.question
  }

  stop = (): Promise<void> => this.last?.stop() ?? Promise.resolve()

  clear = (): Promise<void> => {
    const stopped = this.stop()
    this.#tries = []
    return stopped
  }

  follow = () => this.#tries.forEach((one) => one.follow())

  /** The conversation so far; questions without a reply are left out. */
  get messages(): Question['messages'] {
    return this.#tries
      .filter(({ text }) => text !== '')
      .flatMap(({ question, text }) => [
        { role: 'user', text: question },
        { role: 'assistant', text },
      ])
  }

  async #ask(question: string) {
    const { target } = this.setup
    if (!target) return
    const messages = [...this.messages, { role: 'user', text: question }]
    const one = new Try(question, target, this.setup.question(target, messages))
    this.#tries = [...this.#tries, one]
    await one.run()
  }
}
