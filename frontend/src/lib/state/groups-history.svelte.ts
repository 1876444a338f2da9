import type { Group, GroupInput, Keyword } from '../api'
import { groupInput, type Groups } from './groups.svelte'
import type { ApiKeys } from './keys.svelte'
import type { Keywords } from './keywords.svelte'

/** What a change to the groups was, for the words about it. */
export interface Step {
  kind: 'made' | 'changed' | 'deleted'
  name: string
}

interface Made extends Step {
  kind: 'made'
  after: Group
}
interface Changed extends Step {
  kind: 'changed'
  before: Group
  after: Group
}
interface Deleted extends Step {
  kind: 'deleted'
  before: Group
  keyIds: number[]
  keywords: Pick<Keyword, 'id' | 'enabled'>[]
}
type Change = Made | Changed | Deleted

// Nobody goes back further than what they remember.
const most = 50

/**
 * Changes to groups that can be taken back, the last one first. What somebody
 * else has changed since is left alone.
 */
export class GroupHistory {
  #changes = $state.raw<Change[]>([])
  readonly #groups: Groups
  readonly #keys: ApiKeys
  readonly #keywords: Keywords

  constructor(groups: Groups, keys: ApiKeys, keywords: Keywords) {
    this.#groups = groups
    this.#keys = keys
    this.#keywords = keywords
  }

  /** What undo would take back. */
  get last(): Step | undefined {
    return this.#changes.at(-1)
  }

  async save(input: GroupInput): Promise<Group> {
    const before = this.#groups.byId(input.id)
    const after = await this.#groups.save(input)
    const { name } = after
    this.#note(before ? { kind: 'changed', name, before, after } : { kind: 'made', name, after })
    return after
  }

  async remove(group: Group): Promise<void> {
    const bound = ({ groupIds }: { groupIds: number[] }) => groupIds.includes(group.id)
    const keyIds = this.#keys.all.filter(bound).map(({ id }) => id)
    const keywords = this.#keywords.all.filter(bound)
    await this.#groups.remove(group.id)
    this.#note({ kind: 'deleted', name: group.name, before: group, keyIds, keywords })
  }

  /** Takes the last change back; false when the group was changed since, and nothing was done. */
  async undo(): Promise<boolean> {
    const change = this.#changes.at(-1)
    if (!change) return true
    if (change.kind === 'deleted') {
      await this.#restore(change)
      return true
    }
    const now = this.#groups.byId(change.after.id)
    const used = this.#keys.all.some(({ groupIds }) => groupIds.includes(change.after.id))
    if (!now || !same(now, change.after) || (change.kind === 'made' && used)) {
      this.#forgetLast()
      return false
    }
    if (change.kind === 'made') await this.#groups.remove(now.id)
    else await this.#groups.save(groupInput(change.before))
    this.#forgetLast()
    return true
  }

  // The group comes back with its name, members, API keys and keywords, under another id.
  async #restore({ before, keyIds, keywords }: Deleted) {
    const made = await this.#groups.save({ ...groupInput(before), id: 0 })
    this.#forgetLast()
    this.#changes = this.#changes.map((change) => renumbered(change, before.id, made.id))
    for (const key of this.#keys.all.filter(({ id }) => keyIds.includes(id))) {
      const { id, name, groupIds, models, enabled, expiresAt } = key
      const all = [...groupIds.filter((one) => one !== before.id), made.id]
      await this.#keys.save({ id, name, groupIds: all, models, enabled, expiresAt, key: '' })
    }
    // A keyword without another group was switched off with this one.
    for (const { id, enabled } of keywords) {
      const keyword = this.#keywords.byId(id)
      if (!keyword) continue
      const groupIds = [...keyword.groupIds.filter((one) => one !== before.id), made.id]
      await this.#keywords.save({ ...keyword, groupIds, enabled })
    }
  }

  #note(change: Change) {
    this.#changes = [...this.#changes, change].slice(-most)
  }

  #forgetLast() {
    this.#changes = this.#changes.slice(0, -1)
  }
}

function renumbered(change: Change, from: number, to: number): Change {
  const group = (old: Group) => (old.id === from ? { ...old, id: to } : old)
  switch (change.kind) {
    case 'made':
      return { ...change, after: group(change.after) }
    case 'changed':
      return { ...change, before: group(change.before), after: group(change.after) }
    case 'deleted':
      return { ...change, before: group(change.before) }
  }
}

// Members are known by their model: one that was taken out and put back has another id.
function same(a: Group, b: Group): boolean {
  return signature(a) === signature(b)
}

function signature({ name, policy, enabled, members, rules }: Group): string {
  const list = (members ?? [])
    .map((m) => [m.modelId, m.priority, m.weight, m.enabled])
    .sort(([a], [b]) => Number(a) - Number(b))
  return JSON.stringify([name, policy, enabled, list, rules ?? []])
}
