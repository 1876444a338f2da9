import type { Group, KeyPlace, Provider } from '../../lib/api'

/** Where a stored key is kept and what hangs on it; undefined when it is gone. */
export function placeOf(keyId: number, providers: Provider[], groups: Group[]) {
  const owner = providers.find(({ keys }) => keys.some(({ id }) => id === keyId))
  if (!owner) return undefined
  const place: KeyPlace = {
    keyId,
    hint: owner.keys.find(({ id }) => id === keyId)?.hint ?? '',
    providerId: owner.id,
    provider: owner.name,
    last: owner.keys.length === 1,
    models: owner.models.length,
    groups: groups
      .filter(({ members }) => members.some(({ providerId }) => providerId === owner.id))
      .map(({ name }) => name),
  }
  return place
}
