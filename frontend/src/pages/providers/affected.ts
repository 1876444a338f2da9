import type { ApiKey, Group, Provider } from '../../lib/api'

/** What a provider's end changes elsewhere. */
export interface Affected {
  /** Groups that lose members. */
  groups: { name: string; members: number }[]
  /** Names of those that would have no member left. */
  emptied: string[]
  /** Names of API keys that could then reach nothing. */
  keys: string[]
}

export function affectedBy(provider: Provider, groups: Group[], keys: ApiKey[]): Affected {
  const ofIt = (group: Group) =>
    group.members.filter(({ providerId }) => providerId === provider.id).length
  const losing = groups.filter((group) => ofIt(group) > 0)
  const emptied = losing.filter((group) => ofIt(group) === group.members.length)
  const left = new Set(
    groups
      .filter((group) => group.members.length > 0 && !emptied.includes(group))
      .map(({ id }) => id),
  )
  return {
    groups: losing.map((group) => ({ name: group.name, members: ofIt(group) })),
    emptied: emptied.map(({ name }) => name),
    keys: keys
      .filter(({ enabled }) => enabled)
      .filter(({ groupIds }) => emptied.some(({ id }) => groupIds.includes(id)))
      .filter(({ groupIds }) => !groupIds.some((id) => left.has(id)))
      .map(({ name }) => name),
  }
}
