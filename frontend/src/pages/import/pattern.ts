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
const most = 500

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
      test: (text) => matches(steps, text),
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

/** Where the expression matches at all; one way through the text. */
function matches(steps: Step[], text: string): boolean {
  const chars = [...text]
  const seen = new Int32Array(steps.length).fill(-1)
  let states: number[] = []
  for (let at = 0; at <= chars.length; at++) {
    // A match may begin at every place.
    follow(steps, steps.length - 1, chars, at, states, seen)
    if (seen[0] === at) return true
    states = advance(steps, states, chars, at, seen)
  }
  return false
}

function find(steps: Step[], text: string): [number, number] | null {
  if (!matches(steps, text)) return null
  const chars = [...text]
  const length = (n: number) => chars.slice(0, n).join('').length
  for (let from = 0; from <= chars.length; from++) {
    const until = longest(steps, chars, from)
    if (until !== null) return [length(from), length(until)]
  }
  return null
}

/** The end of the longest match that begins at from. */
function longest(steps: Step[], chars: string[], from: number): number | null {
  const seen = new Int32Array(steps.length).fill(-1)
  let states: number[] = []
  let end: number | null = null
  follow(steps, steps.length - 1, chars, from, states, seen)
  for (let at = from; states.length > 0; at++) {
    if (seen[0] === at) end = at
    states = advance(steps, states, chars, at, seen)
  }
  return end
}

/** The states behind the character at a place. */
function advance(steps: Step[], states: number[], chars: string[], at: number, seen: Int32Array) {
  const next: number[] = []
  const char = chars[at]
  if (char === undefined) return next
  for (const state of states) {
    const step = steps[state]
    if (step?.kind === 'char' && step.test(char)) follow(steps, step.to, chars, at + 1, next, seen)
  }
  return next
}

/**
 * Adds a state and those that follow from it without a character; seen holds at
 * which place each was added last.
 */
function follow(
  steps: Step[],
  first: number,
  chars: string[],
  at: number,
  into: number[],
  seen: Int32Array,
) {
  const waiting = [first]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (seen[state] === at) continue
    seen[state] = at
    const step = steps[state]
    if (step?.kind === 'split') waiting.push(...step.to)
    else if (step?.kind === 'edge') {
      if (holds(step.edge, chars, at)) waiting.push(step.to)
    } else into.push(state)
  }
}

function holds(edge: Edge, chars: string[], at: number): boolean {
  if (edge === '^') return at === 0
  if (edge === '$') return at === chars.length
  const word = (char: string | undefined) => char !== undefined && /^\w$/.test(char)
  return (word(chars[at - 1]) !== word(chars[at])) === (edge === 'b')
}
