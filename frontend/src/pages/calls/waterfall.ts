import type { Attempt, CallDetail } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'

export interface Phase {
  id: 'queue' | 'connect' | 'wait' | 'think' | 'reply'
  title: Key
  /** Since the attempt's start, ms; the time before it is negative. */
  from: number
  to: number
}

/** The whole call, ms: what the width of all bars stands for. */
export function scaleOf({ row, attempts }: CallDetail): number {
  return Math.max(1, row.durationMs, ...attempts.map((a) => a.startMs + a.totalMs))
}

/** Waits shorter than this, in ms, are nobody's wait. */
const noticed = 1

/** The parts of an attempt that are known to have happened, in order. */
export function phases(attempt: Attempt, before?: Attempt): Phase[] {
  const { startMs, connectMs, firstByteMs, firstTokenMs, totalMs } = attempt
  const silent = firstByteMs === null && firstTokenMs === null
  const ends: [Phase['id'], Key, number | null][] = [
    ['connect', 'phase.connect', connectMs],
    // What never answered was waited for until the end.
    ['wait', silent ? 'phase.reply' : 'phase.wait', silent ? totalMs : firstByteMs],
    ['think', 'phase.think', firstTokenMs],
    ['reply', 'phase.reply', silent ? null : totalMs],
  ]
  const found: Phase[] = []
  const waited = startMs - (before ? before.startMs + before.totalMs : 0)
  if (waited >= noticed) found.push({ id: 'queue', title: 'phase.queue', from: -waited, to: 0 })
  let at = 0
  for (const [id, title, end] of ends) {
    if (end === null || end <= at) continue
    found.push({ id, title, from: at, to: Math.min(end, totalMs) })
    at = end
  }
  return found
}
