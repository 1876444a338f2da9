// Regular expressions that answer in time, whatever was typed: every state is
// followed at once, so that none is tried twice. JavaScript's own would hang on
// (a+)+$. What one character matches is still left to JavaScript.

type Step =
  | { kind: 'char'; test: (char: string) => boolean; to: number }
  | { kind: 'split'; to: number[] }
  | { kind: 'edge'; edge: Edge; to: number }
  | { kind: 'end' }

type Edge = '^' | '$' | 'b' | 'B'

/** How large an expression may become with its counts written out. */
const most = 2000

export type Wrong = 'syntax' | 'unsupported' | 'too_large'

export interface Pattern {
  /** Where the leftmost, longest match is; null: nowhere. */
  find(text: string): [from: number, until: number] | null
  test(text: string): boolean
}

class Refused extends Error {
  readonly wrong: Wrong
  constructor(wrong: Wrong) {
    super(wrong)
    this.wrong = wrong
  }
}

/** Compiles an expression that ignores case; a string says what is wrong with it. */
export function compile(source: string): Pattern | Wrong {
  try {
    new RegExp(source, 'iu')
  } catch {
    return 'syntax'
  }
  try {
    const steps = new Compiler(source).steps()
    return {
      find: (text) => find(steps, text),
      test: (text) => find(steps, text, true) !== null,
    }
  } catch (reason) {
    if (reason instanceof Refused) return reason.wrong
    throw reason
  }
}

/** A part of an expression: makes its steps in front of those at `to`. */
type Part = (to: number) => number

class Compiler {
  readonly #source: string
  readonly #steps: Step[] = [{ kind: 'end' }]
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  /** The steps; the last is the first to take. */
  steps(): Step[] {
    const first = this.#either()(0)
    this.#add({ kind: 'split', to: [first] })
    return this.#steps
  }

  #add(step: Step): number {
    if (this.#steps.length >= most) throw new Refused('too_large')
    return this.#steps.push(step) - 1
  }

  #take(text: string): boolean {
    const there = this.#source.startsWith(text, this.#at)
    if (there) this.#at += text.length
    return there
  }

  #either(): Part {
    const branches = [this.#sequence()]
    while (this.#take('|')) branches.push(this.#sequence())
    if (branches.length === 1 && branches[0]) return branches[0]
    return (to) => this.#add({ kind: 'split', to: branches.map((branch) => branch(to)) })
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? ''))
      parts.push(this.#counted(this.#one()))
    return (to) => parts.reduceRight((next, part) => part(next), to)
  }

  #one(): Part {
    if (this.#take('(')) {
      if (!this.#take('?:') && this.#source[this.#at] === '?') throw new Refused('unsupported')
      const inner = this.#either()
      this.#take(')')
      return inner
    }
    for (const [text, edge] of edges)
      if (this.#take(text)) return (to) => this.#add({ kind: 'edge', edge, to })
    const test = single(this.#character())
    return (to) => this.#add({ kind: 'char', test, to })
  }

  /** The text of what matches one character. */
  #character(): string {
    const rest = this.#source.slice(this.#at)
    if (/^\\[1-9k]/.test(rest)) throw new Refused('unsupported')
    const found =
      /^(\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u.{4}|\\x..|\\c.|\\.|.)/su.exec(rest)
    const text = found?.[0] ?? ''
    this.#at += Math.max(1, text.length)
    return text
  }

  #counted(part: Part): Part {
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at))
    if (!found) return part
    this.#at += found[0].length
    const sign = found[0][0]
    const least = sign === '{' ? Number(found[1]) : sign === '+' ? 1 : 0
    const greatest =
      sign === '?' ? 1 : sign !== '{' ? Infinity : !found[2] ? least : Number(found[3] || Infinity)
    if (least > most || (greatest !== Infinity && greatest > most)) throw new Refused('too_large')
    return (to) => {
      let next = to
      if (greatest === Infinity) {
        const again = this.#add({ kind: 'split', to: [to] })
        this.#steps[again] = { kind: 'split', to: [part(again), to] }
        next = again
      } else {
        for (let i = least; i < greatest; i++)
          next = this.#add({ kind: 'split', to: [part(next), to] })
      }
      for (let i = 0; i < least; i++) next = part(next)
      return next
    }
  }
}

const edges: [string, Edge][] = [
  ['^', '^'],
  ['$', '$'],
  ['\\b', 'b'],
  ['\\B', 'B'],
]

function single(source: string): (char: string) => boolean {
  const expression = new RegExp(`^(?:${source})$`, 'iu')
  const known = new Map<string, boolean>()
  return (char) => {
    let matches = known.get(char)
    if (matches === undefined) known.set(char, (matches = expression.test(char)))
    return matches
  }
}

function find(steps: Step[], text: string, any = false): [number, number] | null {
  const chars = [...text]
  for (let from = 0; from <= chars.length; from++) {
    const until = longest(steps, chars, from, any)
    if (until === null) continue
    const length = (n: number) => chars.slice(0, n).join('').length
    return any ? [0, 0] : [length(from), length(until)]
  }
  return null
}

/** The end of the longest match that begins at from, or with any of some match. */
function longest(steps: Step[], chars: string[], from: number, any: boolean): number | null {
  let states = new Set<number>()
  let end: number | null = null
  follow(steps, steps.length - 1, chars, from, states)
  for (let at = from; states.size > 0; at++) {
    if (states.has(0)) {
      end = at
      if (any) return end
    }
    const char = chars[at]
    if (char === undefined) break
    const next = new Set<number>()
    for (const state of states) {
      const step = steps[state]
      if (step?.kind === 'char' && step.test(char)) follow(steps, step.to, chars, at + 1, next)
    }
    states = next
  }
  return end
}

/** Adds a state, and those that follow from it without a character. */
function follow(steps: Step[], first: number, chars: string[], at: number, into: Set<number>) {
  const waiting = [first]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (into.has(state)) continue
    into.add(state)
    const step = steps[state]
    if (step?.kind === 'split') waiting.push(...step.to)
    else if (step?.kind === 'edge' && holds(step.edge, chars, at)) waiting.push(step.to)
  }
}

function holds(edge: Edge, chars: string[], at: number): boolean {
  if (edge === '^') return at === 0
  if (edge === '$') return at === chars.length
  const word = (char: string | undefined) => char !== undefined && /^\w$/.test(char)
  return (word(chars[at - 1]) !== word(chars[at])) === (edge === 'b')
}
