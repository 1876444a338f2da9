import { groups as api, type Group, type GroupInput, type Member, type MemberHealth } from '../api'
import { Resource } from './resource.svelte'

export function groupInput(group: Group): GroupInput {
  const { id, name, policy, enabled, keyless } = group
  const rules = group.rules.map((rule) => ({ ...rule }))
  return { id, name, policy, enabled, keyless, rules, members: group.members.map(memberInput) }
}

function memberInput({ id, modelId, priority, weight, enabled }: Member) {
  return { id, modelId, priority, weight, enabled }
}

export class Groups {
  readonly #list = new Resource(async () =>
    (await api.list()).map((group) => ({
      ...group,
      members: group.members ?? [],
      rules: group.rules ?? [],
    })),
  )
  readonly #health = new Resource(async () =>
    Object.fromEntries((await api.health()).map((state) => [state.memberId, state])),
  )

  get list(): Resource<Group[]> {
    return this.#list
  }

  get all(): Group[] {
    return this.#list.data ?? []
  }

  byId(id: number): Group | undefined {
    return this.all.find((group) => group.id === id)
  }

  health(memberId: number): MemberHealth | undefined {
    return this.#health.data?.[memberId]
  }

  refreshHealth = () => this.#health.refresh()

  async save(input: GroupInput): Promise<Group> {
    const saved = await api.save(input)
    await this.#list.refresh()
    return saved
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    await this.#list.refresh()
  }

  /** Puts a member first in its group for an hour, or ends that. */
  async pin(memberId: number, pinned: boolean): Promise<void> {
    await (pinned ? api.pin : api.unpin)(memberId)
    await this.#health.refresh()
  }

  async clearCooldown(memberId: number): Promise<void> {
    await api.clearCooldown(memberId)
    await this.#health.refresh()
  }
}
