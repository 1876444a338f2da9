import type { I18n } from '../../lib/i18n/i18n.svelte'
import type { AliasNote } from './plan'

/** What is to be said of the group that a model joins; "" when there is nothing. */
export function noteText({ t, n }: I18n, note: AliasNote | undefined): string {
  switch (note?.kind) {
    case 'invalid':
      return t('import.note_invalid')
    case 'joins':
      return t('import.note_joins')
    case 'already':
      return t('import.note_already')
    case 'shared':
      return n('import.note_shared', note.count - 1)
    case 'made':
      return t('import.note_made')
    default:
      return ''
  }
}
