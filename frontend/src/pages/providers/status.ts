import type { KeyHealth, Provider } from '../../lib/api'
import type { Headgate } from '../../lib/state/headgate.svelte'
import type { Key } from '../../lib/i18n/catalog'
import type { I18n } from '../../lib/i18n/i18n.svelte'
import type { Tone } from '../../lib/ui/StatusBadge.svelte'

/** A failure that somebody noted. */
export interface Fault {
  at: number
  class: string
  reason: string
  message: string
}

export interface ProviderStatus {
  tone: Tone
  word: Key
  /** When a cooldown ends; 0: there is none. */
  until: number
  /** The newest failure, which may be over. */
  fault?: Fault
}

type Seen = Pick<Headgate, 'groups' | 'providers' | 'clock'>

/** How a provider is doing: by its switch, its cooldowns, its last test and its last calls. */
export function providerStatus(provider: Provider, seen: Seen): ProviderStatus {
  const { groups, providers, clock } = seen
  const test = providers.lastTest(provider.id)
  const members = groups.all
    .flatMap((group) => group.members)
    .filter((member) => member.providerId === provider.id)
    .flatMap((member) => groups.health(member.id) ?? [])
  const keys = provider.keys.flatMap(({ id }) => providers.keyHealth(id) ?? [])

  const faults: Fault[] = [...members, ...keys]
    .filter(({ lastFailureAt, class: kind }) => lastFailureAt > 0 && kind !== '')
    .map(({ lastFailureAt, ...fault }) => ({ ...fault, at: lastFailureAt }))
  if (test && !test.ok) faults.push(test)
  const fault = faults.toSorted((a, b) => b.at - a.at)[0]
  const goodAt = Math.max(test?.ok ? test.at : 0, ...keys.map(({ lastUsedAt }) => lastUsedAt))
  // A member's failures expire; a test that failed stands until the next one.
  const recent = fault && (fault === test || members.some(({ failures }) => failures > 0))
  const cooling = [...members, ...keys]
    .map(({ cooldownUntil }) => cooldownUntil)
    .filter((until) => until > 0 && until > clock.now)

  const status = (tone: Tone, word: Key, until = 0) => ({ tone, word, until, fault })
  if (!provider.enabled) return status('off', 'providers.status_off')
  if (provider.keys.length > 0 && provider.keys.every(({ enabled }) => !enabled))
    return status('warn', 'providers.status_keys_off')
  if (cooling.length > 0) return status('warn', 'providers.status_cooling', Math.min(...cooling))
  if (fault && recent && fault.at > goodAt) return status('bad', 'providers.status_failing')
  if (provider.models.length === 0) return status('off', 'providers.status_empty')
  if (goodAt > 0) return status('ok', 'providers.status_ok')
  return status('off', 'providers.status_untested')
}

export interface KeyStatus {
  tone: Tone
  word: Key
  until: number
  /** On how many members it is passed over. */
  limited: number
}

export function keyStatus(enabled: boolean, health: KeyHealth | undefined, now: number): KeyStatus {
  const status = (tone: Tone, word: Key, until = 0, limited = 0) => ({ tone, word, until, limited })
  if (!enabled) return status('off', 'state.off')
  if (!health) return status('off', 'providers.key_unused')
  if (health.cooldownUntil > now)
    return status('warn', 'providers.status_cooling', health.cooldownUntil)
  if (health.limited > 0) return status('warn', 'providers.key_limited', 0, health.limited)
  return status('ok', 'health.ready')
}

/** A failure in words: its reason, or its class when no text knows the reason. */
export function faultText({ code }: I18n, fault: Pick<Fault, 'class' | 'reason'>): string {
  const text = code('reason', fault.reason)
  return fault.reason !== '' && text !== fault.reason ? text : code('class', fault.class)
}

/** The host and port of a base URL, or the text when it is none. */
export function hostOf(baseUrl: string): string {
  try {
    return new URL(baseUrl).host
  } catch {
    return baseUrl
  }
}
