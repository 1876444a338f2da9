import type { Attempt } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'

export interface Phase {
  id: 'connect' | 'wait' | 'think' | 'reply'
  title: Key
  /** Since the attempt's start, ms. */
  from: number
  to: number
}

/** The parts of an attempt that are known to have happened, in order. */
export function phases({ connectMs, firstByteMs, firstTokenMs, totalMs }: Attempt): Phase[] {
  const silent = firstByteMs === null && firstTokenMs === null
  const ends: [Phase['id'], Key, number | null][] = [
    ['connect', 'phase.connect', connectMs],
    // What never answered was waited for until the end.
    ['wait', silent ? 'phase.reply' : 'phase.wait', silent ? totalMs : firstByteMs],
    ['think', 'phase.think', firstTokenMs],
    ['reply', 'phase.reply', silent ? null : totalMs],
  ]
  const found: Phase[] = []
  let at = 0
  for (const [id, title, end] of ends) {
    if (end === null || end <= at) continue
    found.push({ id, title, from: at, to: Math.min(end, totalMs) })
    at = end
  }
  return found
}
