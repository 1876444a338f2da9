import type { CallRow } from '../../lib/api'
import type { I18n } from '../../lib/i18n/i18n.svelte'
import type { Kind, Value } from '../scope/names'
import { kindKey } from '../scope/names'

/** What calls like this one can be filtered by, in the order of the list. */
export function valuesOf(
  row: CallRow,
  group: string,
  { t, code }: I18n,
): Partial<Record<Kind, Value>> {
  const found: [Kind, string, string | number][] = [
    ['state', code('calls.state', row.state), row.state],
    ['model', row.model, row.model],
    ['group', row.groupId > 0 ? group : '', row.groupId],
    ['provider', row.providerId > 0 ? row.provider : '', row.providerId],
    ['member', row.member, row.member],
    ['key', row.apiKeyId > 0 ? row.apiKey : '', row.apiKeyId],
  ]
  return Object.fromEntries(
    found
      .filter(([, text]) => text !== '')
      .map(([kind, text, value]) => [
        kind,
        { name: t(kindKey(kind)), text, set: { [kind]: String(value) } },
      ]),
  )
}

/** Stands in the log in a key's place, as gateway.NoKey. */
const noKey = 'no key'

/** Who called, in words; '' where nobody knows. */
export const keyName = ({ apiKeyId, apiKey }: CallRow, { t }: I18n): string =>
  apiKeyId === 0 && apiKey === noKey ? t('calls.no_key') : apiKey
