// The order of a group's members. Those of equal priority are a tier: among
// them the group's policy decides.

interface Placed {
  modelId: number
  priority: number
}

export interface Tier<M> {
  priority: number
  members: M[]
}

/** Where a member goes: beside the members of that priority, or on its own before or after them. */
export interface Place {
  priority: number
  side: 'before' | 'with' | 'after'
}

/** Members by priority, those of equal priority together. */
export function tiers<M extends Placed>(members: M[]): Tier<M>[] {
  const found = new Map<number, M[]>()
  for (const member of members) {
    found.set(member.priority, [...(found.get(member.priority) ?? []), member])
  }
  return [...found]
    .map(([priority, members]) => ({ priority, members }))
    .sort((a, b) => a.priority - b.priority)
}

/** The members after one of them went to a place. No other tier is torn apart or joined. */
export function placed<M extends Placed>(members: M[], modelId: number, place: Place): M[] {
  const moving = members.find((member) => member.modelId === modelId)
  if (!moving) return members
  if (place.side === 'with') {
    return members.map((m) => (m === moving ? { ...m, priority: place.priority } : m))
  }
  const before = tiers(members)
  const alone = before.some((tier) => tier.members.length === 1 && tier.members[0] === moving)
  if (alone && moving.priority === place.priority) return members
  const order = before
    .map((tier) => ({ ...tier, members: tier.members.filter((m) => m !== moving) }))
    .filter((tier) => tier.members.length > 0)
  const beside = order.findIndex(({ priority }) => priority === place.priority)
  const at = place.side === 'before' ? beside : beside + 1
  order.splice(at, 0, { priority: moving.priority, members: [moving] })
  const numbers = alone ? before.map(({ priority }) => priority) : fitted(order, at)
  return order.flatMap((tier, i) =>
    tier.members.map((member) => ({ ...member, priority: numbers[i] ?? member.priority })),
  )
}

// Numbers for tiers of which the one at an index is new: the others keep
// theirs where it finds room.
function fitted(order: Tier<unknown>[], at: number): number[] {
  const numbers = order.map(({ priority }) => priority)
  const next = numbers[1] ?? 1
  // The first is 1, as people count, unless somebody already chose 0.
  numbers[at] = at > 0 ? (numbers[at - 1] ?? 0) + 1 : next > 1 ? next - 1 : next
  for (let i = at + 1; i < numbers.length; i++) {
    numbers[i] = Math.max(numbers[i] ?? 0, (numbers[i - 1] ?? 0) + 1)
  }
  return numbers
}

/**
 * Where a step up (-1) or down (1) leads: past the next tier, or out of the one
 * that the member shares. Undefined: there is nothing beyond.
 */
export function stepped<M extends Placed>(
  members: M[],
  modelId: number,
  step: -1 | 1,
): Place | undefined {
  const side = step < 0 ? 'before' : 'after'
  const order = tiers(members)
  const at = order.findIndex((tier) => tier.members.some((m) => m.modelId === modelId))
  const own = order[at]
  if (!own) return undefined
  if (own.members.length > 1) return { priority: own.priority, side }
  const next = order[at + step]
  return next && { priority: next.priority, side }
}

/** How often each member comes first among its equals, by weight, when all that count are well. */
export function shares<M extends { modelId: number; weight: number }>(
  tier: M[],
  counts: (member: M) => boolean,
): Map<number, number> {
  const drawn = tier.filter(counts)
  const sum = drawn.reduce((total, { weight }) => total + weight, 0)
  return new Map(drawn.map(({ modelId, weight }) => [modelId, sum > 0 ? weight / sum : 0]))
}
