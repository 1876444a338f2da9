import type { Group, ModelListing, Provider } from '../../lib/api'
import type { Place } from '../../lib/router/router.svelte'
import { namerOf, noAlias, type AliasMode, type AliasRule } from './alias'
import { matcherOf, type Filter, type FilterMode } from './filter'
import { namesOf, notesOf, planOf, type AliasNote } from './plan'
import { edited, noEdits, rowsOf, type Edit, type Row, type RowState } from './rows'
import { changed, inverted, joined, nobody, toggled, type Names } from './selection'

/** What the list shows: everything, one state, the differences, or what is selected. */
export type View = 'all' | 'differences' | RowState | 'selected'

const views: View[] = ['all', 'differences', 'new', 'changed', 'same', 'vanished', 'selected']
const filterModes: FilterMode[] = ['none', 'include', 'exclude']
const aliasModes: AliasMode[] = ['none', 'one', 'each']

/** What a draft is made of. */
export interface Given {
  listing: ModelListing
  provider: Provider | undefined
  groups: Group[]
}

/** What a person chose of a listing, before it is imported. */
export class Draft {
  readonly filter: Filter
  readonly rule: AliasRule
  view: View
  #selected = $state.raw<Names>(nobody)
  /** Names of vanished models that go. */
  #removing = $state.raw<Names>(nobody)
  #edits = $state.raw<ReadonlyMap<string, Edit>>(noEdits)
  readonly #given: () => Given

  constructor(given: () => Given, query: Place['query']) {
    this.#given = given
    this.filter = $state({
      mode: oneOf(filterModes, query.filter, 'none'),
      words: query.words ?? '',
      regex: query.regex !== undefined,
    })
    this.rule = $state({
      ...noAlias,
      mode: oneOf(aliasModes, query.alias, 'none'),
      group: query.group ?? '',
      prefix: query.prefix ?? '',
      pattern: query.pattern ?? noAlias.pattern,
      find: query.find ?? '',
      replace: query.replace ?? '',
      regex: query.findregex !== undefined,
    })
    this.view = $state(oneOf(views, query.show, given().provider ? 'differences' : 'all'))
  }

  /** What the hash keeps: no selection, which can be thousands. */
  readonly query = $derived.by(() => {
    const { filter, rule } = this
    const each = rule.mode === 'each'
    return {
      filter: filter.mode === 'none' ? undefined : filter.mode,
      words: filter.mode === 'none' ? undefined : filter.words,
      regex: filter.mode !== 'none' && filter.regex ? 1 : undefined,
      alias: rule.mode === 'none' ? undefined : rule.mode,
      group: rule.mode === 'one' ? rule.group : undefined,
      prefix: each ? rule.prefix : undefined,
      pattern: each && rule.pattern !== noAlias.pattern ? rule.pattern : undefined,
      find: each ? rule.find : undefined,
      replace: each ? rule.replace : undefined,
      findregex: each && rule.regex ? 1 : undefined,
      show: this.view,
    }
  })

  readonly rows = $derived.by(() => {
    const { listing, provider, groups } = this.#given()
    return rowsOf(listing, provider, groups)
  })
  readonly #edited = $derived(
    this.#edits.size === 0
      ? this.rows
      : this.rows.map((row) => edited(row, this.#edits.get(row.name))),
  )
  readonly matcher = $derived.by(() => matcherOf(this.filter))
  readonly namer = $derived.by(() => namerOf(this.rule))
  readonly #existing = $derived.by(() => namesOf(this.#given().groups))

  /** How many rows there are of each kind, whatever the filter. */
  readonly counts = $derived.by(() => {
    const counts: Record<View, number> = {
      all: this.#edited.length,
      differences: 0,
      new: 0,
      changed: 0,
      same: 0,
      vanished: 0,
      selected: this.#selected.size + this.#removing.size,
    }
    for (const { state } of this.#edited) counts[state]++
    counts.differences = counts.new + counts.changed + counts.vanished
    return counts
  })

  /** The rows that the list shows. */
  readonly shown = $derived(
    this.#edited.filter((row) => this.#inView(row) && this.matcher.matches(row.name)),
  )
  readonly matching = $derived(this.shown.filter(({ state }) => state !== 'vanished'))

  readonly plan = $derived(
    planOf(
      this.#edited.filter(({ name, state }) => state !== 'vanished' && this.#selected.has(name)),
      this.#edited.filter(({ name, state }) => state === 'vanished' && this.#removing.has(name)),
      (row) => this.aliasOf(row),
      this.#existing,
    ),
  )
  readonly #notes = $derived(notesOf(this.plan))

  #inView({ name, state }: Row): boolean {
    if (this.view === 'all') return true
    if (this.view === 'differences') return state !== 'same'
    if (this.view === 'selected') return this.#selected.has(name) || this.#removing.has(name)
    return state === this.view
  }

  /** The group that a row joins; "": none; undefined: one is wanted, and no name comes out. */
  aliasOf(row: Row): string | undefined {
    const own = this.#edits.get(row.name)?.alias
    if (own !== undefined) return own
    return this.namer.alias(row.name) || (this.rule.mode === 'none' ? '' : undefined)
  }

  /** What is to be said of a selected row's group. */
  noteOn(row: Row): AliasNote | undefined {
    return this.#notes.get(row.name)
  }

  get selectedCount(): number {
    return this.#selected.size
  }

  get removingCount(): number {
    return this.#removing.size
  }

  isSelected({ name, state }: Row): boolean {
    return (state === 'vanished' ? this.#removing : this.#selected).has(name)
  }

  toggle(row: Row) {
    if (row.state === 'vanished') this.#removing = toggled(this.#removing, row.name)
    else this.#selected = toggled(this.#selected, row.name)
  }

  selectMatching() {
    this.#selected = joined(
      this.#selected,
      this.matching.map(({ name }) => name),
    )
  }

  selectNone() {
    this.#selected = nobody
    this.#removing = nobody
  }

  /** Selects what the list shows from one row to another. */
  selectRange(from: string, to: string) {
    const names = this.shown.map(({ name }) => name)
    const [first, last] = [names.indexOf(from), names.indexOf(to)].toSorted((a, b) => a - b)
    if (first === undefined || last === undefined || first < 0) return
    const range = this.shown.slice(first, last + 1).filter(({ state }) => state !== 'vanished')
    this.#selected = joined(
      this.#selected,
      range.map(({ name }) => name),
    )
  }

  /** Within what the list shows. */
  invert() {
    this.#selected = inverted(
      this.#selected,
      this.matching.map(({ name }) => name),
    )
  }

  /** Changes what is chosen for rows; null takes a person's own values back. */
  edit(names: string[], change: (row: Row) => Edit | null) {
    const wanted = joined(nobody, names)
    const rows = this.#edited.filter(({ name }) => wanted.has(name))
    this.#edits = changed(
      this.#edits,
      rows.map((row) => {
        const made = change(row)
        return [row.name, made && { ...this.#edits.get(row.name), ...made }]
      }),
    )
  }

  isEdited({ name }: Row): boolean {
    return this.#edits.has(name)
  }
}

function oneOf<T extends string>(known: T[], wanted: string | undefined, otherwise: T): T {
  return known.find((one) => one === wanted) ?? otherwise
}
