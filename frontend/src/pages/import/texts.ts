import type { Key } from '../../lib/i18n/catalog'
import type { View } from './draft.svelte'
import type { Wrong } from './pattern'
import type { RowState, Source } from './rows'

export const viewTexts: Record<View, Key> = {
  all: 'import.view_all',
  differences: 'import.view_differences',
  new: 'import.state_new',
  changed: 'import.state_changed',
  same: 'import.state_same',
  vanished: 'import.state_vanished',
  selected: 'import.selected',
}

export const stateTexts: Record<RowState, Key> = {
  new: 'import.state_new',
  changed: 'import.state_changed',
  same: 'import.state_same',
  vanished: 'import.state_vanished',
}

export const sourceTexts: Record<Exclude<Source, '' | 'stored'>, Key> = {
  provider: 'import.source_provider',
  table: 'import.source_table',
  typed: 'import.source_typed',
}

export const wrongTexts: Record<Wrong, Key> = {
  syntax: 'import.regex_syntax',
  unsupported: 'import.regex_unsupported',
  too_large: 'import.regex_too_large',
}
