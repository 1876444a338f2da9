import type { CallDetail } from '../../lib/api'

/** Milliseconds. What came in less was written before it was sent. */
const shortest = 50

/**
 * Output tokens per second of writing: a stream's from its first token on, a whole reply's of
 * its last attempt. null: not known, or too quick to tell.
 */
export function tokensPerSecond({ row, attempts }: CallDetail): number | null {
  if (row.outputTokens === null || row.outputTokens === 0) return null
  const whole = attempts.at(-1)?.totalMs ?? row.durationMs
  const ms = row.stream && row.firstTokenMs !== null ? row.durationMs - row.firstTokenMs : whole
  return ms >= shortest ? (row.outputTokens / ms) * 1000 : null
}
