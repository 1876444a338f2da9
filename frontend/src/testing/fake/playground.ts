import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

/** A part of a reply; the numbers count themselves. */
export type Said = Partial<Omit<T.News, 'next'>>

const silent: T.News = {
  callId: '',
  text: '',
  reasoning: '',
  next: 0,
  done: false,
  status: 0,
  finish: '',
  errorCode: '',
  errorMessage: '',
  stopped: false,
  firstTextMs: null,
  totalMs: null,
}

/** A try that says what it is given, and waits for it as the program does. */
class Running {
  readonly #said: Said[] = []
  #wake: () => void = () => {}

  say(said: Said) {
    this.#said.push(said)
    this.#wake()
  }

  async read(next: number): Promise<T.News> {
    while (this.#said.length <= next)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    const { text = '', reasoning = '' } = this.#said[next] ?? {}
    const known = Object.assign({}, ...this.#said.slice(0, next + 1)) as Said
    return { ...silent, ...known, text, reasoning, next: next + 1 }
  }
}

export function playgroundHandlers(fake: FakeProgram): Handlers {
  const tries = new Map<string, Running>()
  const found = (id: string): Running => {
    const running = tries.get(id)
    if (!running) throw JSON.stringify({ code: 'playground_gone' })
    return running
  }
  return {
    'Playground.Send': () => {
      const id = String(fake.nextId())
      const running = new Running()
      tries.set(id, running)
      fake.answer.forEach((said) => running.say(said))
      fake.say = (said) => running.say(said)
      return id
    },
    'Playground.Read': (id: string, next: number) => found(id).read(next),
    'Playground.Stop': (id: string) => found(id).say({ done: true, stopped: true, totalMs: 400 }),
  }
}
