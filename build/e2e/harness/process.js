// Programs under test: their output as lines, their end, and no way to outlive
// the test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

// Long enough for a slow machine, short enough that a hanging test says where.
const patience = 30_000

const endings = new WeakMap()

/** Runs clean after the test; what came last goes first. */
export function atEnd(t, clean) {
  if (!endings.has(t)) {
    const list = []
    endings.set(t, list)
    t.after(async () => {
      for (const next of list.reverse()) await next()
    })
  }
  endings.get(t).push(clean)
}

/** A running program. */
export class Process {
  /**
   * @param {import("node:test").TestContext} t ends the program with the test
   * @param {string} file
   * @param {string[]} args
   * @param {import("node:child_process").SpawnOptions} [options]
   */
  constructor(t, file, args, options = {}) {
    this.name = [file, ...args].join(' ')
    this.lines = []
    this.waiting = new Set()
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    this.ended = Promise.all([
      once(this.child, 'close'),
      this.#read('stdout'),
      this.#read('stderr'),
    ]).then(([[code, signal]]) => {
      this.end = { code, signal }
      this.#wake()
      return this.end
    })
    this.ended.catch(() => {}) // told to whoever awaits it
    atEnd(t, () => this.kill())
  }

  async #read(stream) {
    for await (const text of createInterface({ input: this.child[stream] })) {
      this.lines.push({ stream, text })
      this.#wake()
    }
  }

  #wake() {
    for (const look of this.waiting) look()
  }

  /** What was written so far, to "stdout", "stderr" or both. */
  output(stream) {
    return this.lines
      .filter((line) => !stream || line.stream === stream)
      .map((line) => line.text)
      .join('\n')
  }

  /**
   * The first line that matches, as soon as it is written.
   * @param {RegExp} pattern
   * @returns {Promise<RegExpMatchArray>}
   */
  line(pattern) {
    return bounded(
      `a line like ${pattern} from ${this.name}`,
      new Promise((resolve, reject) => {
        const look = () => {
          for (const line of this.lines) {
            const match = line.text.match(pattern)
            if (match) {
              this.waiting.delete(look)
              return resolve(match)
            }
          }
          if (this.end) {
            this.waiting.delete(look)
            reject(
              new Error(
                `${this.name} ended (${JSON.stringify(this.end)}) before it wrote ${pattern}:\n${this.output()}`,
              ),
            )
          }
        }
        this.waiting.add(look)
        look()
      }),
      () => this.output(),
    )
  }

  /** Waits for the end. */
  exit(limit = patience) {
    return bounded(`the end of ${this.name}`, this.ended, () => this.output(), limit)
  }

  signal(name) {
    this.child.kill(name)
  }

  async kill() {
    if (!this.end) this.child.kill('SIGKILL')
    await this.ended.catch(() => {})
  }
}

/** Runs a program to its end. */
export async function run(t, file, args, { limit, ...options } = {}) {
  const process = new Process(t, file, args, options)
  const { code } = await process.exit(limit)
  return { code, stdout: process.output('stdout'), stderr: process.output('stderr') }
}

/** Fails when the promise takes too long, and says what was awaited. */
export async function bounded(what, promise, details = () => '', limit = patience) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}\n${details()}`)), limit)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
