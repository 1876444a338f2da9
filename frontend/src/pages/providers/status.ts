import type { Provider } from '../../lib/api'
import type { Headgate } from '../../lib/state/headgate.svelte'
import type { Key } from '../../lib/i18n/catalog'
import type { Tone } from '../../lib/ui/StatusBadge.svelte'

export interface ProviderStatus {
  tone: Tone
  word: Key
  /** The last failure's class and reason, when there is one. */
  why?: { class: string; reason: string }
}

/** How a provider is doing, by its switch, its cooldowns and its last test. */
export function providerStatus(
  provider: Provider,
  { groups, providers, clock }: Headgate,
): ProviderStatus {
  if (!provider.enabled) return { tone: 'off', word: 'providers.status_off' }
  const test = providers.lastTest(provider.id)
  if (test && !test.ok) return { tone: 'bad', word: 'providers.status_failing', why: test }
  const states = groups.all
    .flatMap((group) => group.members)
    .filter((member) => member.providerId === provider.id)
    .flatMap((member) => groups.health(member.id) ?? [])
  const cooling = states.find((state) => state.cooldownUntil > 0 && state.cooldownUntil > clock.now)
  if (cooling) return { tone: 'warn', word: 'providers.status_cooling', why: cooling }
  if (provider.models.length === 0) return { tone: 'off', word: 'providers.status_empty' }
  return { tone: 'ok', word: 'providers.status_on' }
}
