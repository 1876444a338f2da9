import type { Group, Member } from '../../lib/api'
import type { Providers } from '../../lib/state/providers.svelte'

/** Why no call can go to a member, whatever its health: the text "health.…_off". */
export function unusable(
  member: Member,
  providers: Providers,
): 'member' | 'provider' | 'model' | 'keys' | undefined {
  if (!member.enabled) return 'member'
  const found = providers.model(member.modelId)
  if (!found) return undefined
  if (!found.provider.enabled) return 'provider'
  if (!found.model.enabled) return 'model'
  const { keys } = found.provider
  if (keys.length > 0 && keys.every(({ enabled }) => !enabled)) return 'keys'
  return undefined
}

/** Whether a group has members of which none can be used. */
export function nobodyUsable({ members }: Group, providers: Providers): boolean {
  return members.length > 0 && members.every((member) => unusable(member, providers))
}
