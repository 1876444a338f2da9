import type { Key } from '../../lib/i18n/catalog'
import type { I18n } from '../../lib/i18n/i18n.svelte'
import type { CallFilter, CallScope, Changes } from '../../lib/state/call-scope'
import type { Headgate } from '../../lib/state/headgate.svelte'

/** A value that calls can be filtered by. */
export interface Value {
  /** What kind of value it is, such as "Group". */
  name: string
  /** The value itself in words. */
  text: string
  /** What the hash has for it. */
  set: Changes
}

export const problems = ['failed', 'partial', 'interrupted', 'refused']

const kinds = {
  state: 'column.status',
  group: 'dashboard.group',
  key: 'calls.key',
  provider: 'dashboard.provider',
  model: 'calls.model_asked',
  member: 'calls.model_served',
  text: 'calls.text',
  id: 'calls.id',
} satisfies Record<string, Key>
export type Kind = keyof typeof kinds

export const kindKey = (kind: Kind): Key => kinds[kind]

export const isCallFilter = (scope: CallScope | CallFilter): scope is CallFilter =>
  'states' in scope

/** The filters that are set, in words. */
export function activeFilters(
  filter: CallScope | CallFilter,
  { t, code }: I18n,
  { groups, keys, providers }: Headgate,
): Value[] {
  const named = (id: number, of: { id: number; name: string }[]) =>
    id > 0 ? (of.find((one) => one.id === id)?.name ?? `#${id}`) : ''
  const found: [Kind, string][] = [
    ['group', named(filter.groupId, groups.all)],
    ['key', named(filter.apiKeyId, keys.all)],
    ['provider', named(filter.providerId, providers.all)],
    ['model', filter.model],
    ['member', filter.member],
  ]
  if (isCallFilter(filter)) {
    found.unshift(['state', filter.states.map((one) => code('calls.state', one)).join(', ')])
    found.push(['text', filter.text], ['id', filter.id])
  }
  return found
    .filter(([, text]) => text !== '')
    .map(([kind, text]) => ({ name: t(kinds[kind]), text, set: { [kind]: undefined } }))
}
