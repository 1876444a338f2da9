import type { CodedError } from './types'

/** Failure is a call to the program that did not work: a code that the catalogs translate. */
export class Failure extends Error {
  readonly code: string
  readonly params: Record<string, string>
  readonly problem?: CodedError
  /** What was asked, such as "Providers.Save"; for a report. */
  readonly method: string

  constructor(error: CodedError, method: string) {
    super(`${method}: ${error.code}`)
    this.name = 'Failure'
    this.code = error.code
    this.params = error.params ?? {}
    this.problem = error.problem
    this.method = method
  }

  /** For the clipboard: everything that a report needs, and no secrets. */
  get details(): string {
    return JSON.stringify({
      method: this.method,
      code: this.code,
      params: this.params,
      problem: this.problem,
    })
  }
}

/** Reads whatever a transport rejected with. */
export function asFailure(reason: unknown, method: string): Failure {
  if (reason instanceof Failure) return reason
  return new Failure(asCoded(reason) ?? { code: 'internal' }, method)
}

function asCoded(reason: unknown): CodedError | null {
  // So Wails wraps what the program said.
  if (reason instanceof Error) return asCoded(reason.message)
  if (typeof reason === 'string') {
    try {
      return asCoded(JSON.parse(reason))
    } catch {
      return null
    }
  }
  if (typeof reason === 'object' && reason !== null && 'code' in reason) {
    if (typeof reason.code === 'string') return reason as CodedError
  }
  return null
}
