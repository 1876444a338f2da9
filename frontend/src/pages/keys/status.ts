import type { ApiKey } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'
import type { Tone } from '../../lib/ui/StatusBadge.svelte'

export type KeyState = 'active' | 'expiring' | 'expired' | 'off' | 'no_groups'

export const keyStates: Record<KeyState, { tone: Tone; word: Key }> = {
  active: { tone: 'ok', word: 'keys.active' },
  expiring: { tone: 'warn', word: 'keys.expiring' },
  expired: { tone: 'bad', word: 'keys.expired' },
  off: { tone: 'off', word: 'state.off' },
  no_groups: { tone: 'warn', word: 'keys.no_groups' },
}

// Time enough to give a tool another key.
const soon = 7 * 86_400_000

export function keyState(key: ApiKey, now: number): KeyState {
  if (key.expiresAt > 0 && key.expiresAt <= now) return 'expired'
  if (!key.enabled) return 'off'
  if (key.groupIds.length === 0) return 'no_groups'
  if (key.expiresAt > 0 && key.expiresAt <= now + soon) return 'expiring'
  return 'active'
}

/** Whether the text before the last rotation still works. */
export const inGrace = (key: ApiKey, now: number) =>
  key.previousLastFour !== '' && key.previousUntil > now
