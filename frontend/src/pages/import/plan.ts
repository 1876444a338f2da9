import type { Group, ModelToAdd } from '../../lib/api'
import { isGroupName } from './alias'
import type { Row } from './rows'

/** What is to be said of the group that a model joins. */
export type AliasNote =
  { kind: 'none' | 'made' | 'joins' | 'already' | 'invalid' } | { kind: 'shared'; count: number }

export interface Chosen {
  row: Row
  /** The name of the group that it joins; "": none. */
  alias: string
  note: AliasNote
}

/** What an import would do. */
export interface Plan {
  chosen: Chosen[]
  models: ModelToAdd[]
  added: Row[]
  changed: Row[]
  unchanged: Row[]
  /** Those that join a group, by group. */
  joins: { group: string; isNew: boolean; count: number }[]
  invalid: Row[]
  removed: Row[]
  /** Stored models that go. */
  remove: number[]
}

/**
 * What comes of the selected rows. aliasOf gives undefined where a group is
 * wanted and no name comes out.
 */
export function planOf(
  selected: Row[],
  removed: Row[],
  aliasOf: (row: Row) => string | undefined,
  existing: Set<string>,
): Plan {
  const counts = new Map<string, number>()
  const aliases = selected.map((row) => {
    const alias = aliasOf(row)
    if (alias) counts.set(alias, (counts.get(alias) ?? 0) + 1)
    return alias
  })
  const chosen = selected.map((row, i): Chosen => {
    const alias = aliases[i]
    return { row, alias: alias ?? '', note: noteOn(row, alias, counts, existing) }
  })
  const valid = chosen.filter(({ note }) => note.kind !== 'invalid')
  const joining = valid.filter(({ alias, note }) => alias !== '' && note.kind !== 'already')
  const byGroup = new Map<string, number>()
  for (const { alias } of joining) byGroup.set(alias, (byGroup.get(alias) ?? 0) + 1)
  return {
    chosen,
    models: valid.map(({ row, alias }) => ({ name: row.name, alias, ...row.values })),
    added: selected.filter(({ state }) => state === 'new'),
    changed: selected.filter(({ state }) => state === 'changed'),
    unchanged: selected.filter(({ state }) => state === 'same'),
    joins: [...byGroup].map(([group, count]) => ({ group, isNew: !existing.has(group), count })),
    invalid: chosen.filter(({ note }) => note.kind === 'invalid').map(({ row }) => row),
    removed,
    remove: removed.flatMap(({ stored }) => stored?.id ?? []),
  }
}

function noteOn(
  row: Row,
  alias: string | undefined,
  counts: Map<string, number>,
  existing: Set<string>,
): AliasNote {
  if (alias === undefined) return { kind: 'invalid' }
  if (alias === '') return { kind: 'none' }
  if (!isGroupName(alias)) return { kind: 'invalid' }
  if (row.groups.includes(alias)) return { kind: 'already' }
  if (existing.has(alias)) return { kind: 'joins' }
  const count = counts.get(alias) ?? 0
  return count > 1 ? { kind: 'shared', count } : { kind: 'made' }
}

export function namesOf(groups: Group[]): Set<string> {
  return new Set(groups.map(({ name }) => name))
}

/** What is to be said of each selected row's group, by the row's name. */
export function notesOf({ chosen }: Plan): Map<string, AliasNote> {
  return new Map(chosen.map(({ row, note }) => [row.name, note]))
}
