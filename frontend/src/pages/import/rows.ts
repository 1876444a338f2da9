import type { Group, ListedModel, Model, ModelListing, Provider } from '../../lib/api'
import type { Prices } from '../providers/price'

export type Values = Prices & { contextTokens: number }
export type RowState = 'new' | 'changed' | 'same' | 'vanished'
/** Where a row's prices come from. */
export type Source = 'provider' | 'table' | 'stored' | 'typed' | ''

/** A model that a provider lists, or one that it doesn't list any more. */
export interface Row {
  name: string
  state: RowState
  /** What is there already. */
  stored?: Model
  /** What would be saved. */
  values: Values
  source: Source
  /** Names of the groups that it is a member of. */
  groups: string[]
}

/** What a person changed of a row. */
export interface Edit {
  values?: Values
  /** The name of the group that it joins; "": none. */
  alias?: string
}

export const noEdits: ReadonlyMap<string, Edit> = new Map()

const fields = [
  'inputPrice',
  'outputPrice',
  'cachedInputPrice',
  'callPrice',
  'contextTokens',
] as const

export function sameValues(a: Values, b: Values): boolean {
  return fields.every((field) => a[field] === b[field])
}

const order: RowState[] = ['new', 'vanished', 'changed', 'same']

/** What a listing brings, beside what is stored; the differences come first. */
export function rowsOf(
  listing: ModelListing,
  provider: Provider | undefined,
  groups: Group[],
): Row[] {
  const memberOf = new Map<number, string[]>()
  for (const { name, members } of groups)
    for (const { modelId } of members) {
      const names = memberOf.get(modelId)
      if (names) names.push(name)
      else memberOf.set(modelId, [name])
    }
  const stored = new Map((provider?.models ?? []).map((model) => [model.id, model]))
  const groupsOf = (id: number) => memberOf.get(id) ?? []
  const rows: Row[] = listing.models.map((listed) => {
    const model = stored.get(listed.knownId)
    if (!model)
      return {
        name: listed.name,
        state: 'new',
        values: valuesOf(listed),
        source: sourceOf(listed),
        groups: [],
      }
    const { values, source } = merged(listed, model)
    return {
      name: listed.name,
      state: sameValues(values, model) ? 'same' : 'changed',
      stored: model,
      values,
      source,
      groups: groupsOf(model.id),
    }
  })
  for (const model of listing.vanished)
    rows.push({
      name: model.name,
      state: 'vanished',
      stored: model,
      values: valuesOf(model),
      source: 'stored',
      groups: groupsOf(model.id),
    })
  return rows.sort(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

function valuesOf(of: Values): Values {
  const { inputPrice, outputPrice, cachedInputPrice, callPrice, contextTokens } = of
  return { inputPrice, outputPrice, cachedInputPrice, callPrice, contextTokens }
}

function sourceOf({ priceSource }: ListedModel): Source {
  return priceSource === 'provider' || priceSource === 'table' ? priceSource : ''
}

/**
 * A known model's values: a price of the provider's own list is news. One of the
 * table is a guess, and what somebody entered stands above it.
 */
function merged(listed: ListedModel, model: Model): { values: Values; source: Source } {
  const stored = valuesOf(model)
  const contextTokens = listed.contextTokens || stored.contextTokens
  const priced = [stored.inputPrice, stored.outputPrice, stored.callPrice].some((p) => p !== null)
  const source = sourceOf(listed)
  const taken = source === 'provider' || (source === 'table' && !priced)
  // Per call was chosen by somebody: a list of token prices says nothing of it.
  if (!taken || (stored.callPrice !== null && listed.callPrice === null))
    return { values: { ...stored, contextTokens }, source: priced ? 'stored' : '' }
  const values = {
    inputPrice: listed.inputPrice ?? stored.inputPrice,
    outputPrice: listed.outputPrice ?? stored.outputPrice,
    cachedInputPrice: listed.cachedInputPrice ?? stored.cachedInputPrice,
    callPrice: listed.callPrice ?? stored.callPrice,
    contextTokens,
  }
  return {
    values,
    source: sameValues({ ...values, contextTokens: 0 }, { ...stored, contextTokens: 0 })
      ? 'stored'
      : source,
  }
}

/** A row as a person changed it. */
export function edited(row: Row, edit: Edit | undefined): Row {
  if (!edit?.values) return row
  const { values } = edit
  const state =
    row.stored && row.state !== 'vanished'
      ? sameValues(values, row.stored)
        ? 'same'
        : 'changed'
      : row.state
  return { ...row, values, state, source: 'typed' }
}
