import type { Attempt, CallRow } from '../../lib/api'
import { duration, time } from '../../lib/format/format'
import type { I18n } from '../../lib/i18n/i18n.svelte'

/** What followed an attempt that failed: who was tried then, and who is passed over since. */
export function aftermath(i18n: I18n, call: CallRow, attempts: Attempt[], at: number): string[] {
  const attempt = attempts[at]
  if (!attempt || attempt.class === 'ok') return []
  return [onward(i18n, call, attempt, attempts[at + 1]), passedOver(i18n, call, attempt)].filter(
    Boolean,
  )
}

function onward({ t }: I18n, call: CallRow, attempt: Attempt, next: Attempt | undefined): string {
  if (next && next.memberId === attempt.memberId)
    return t('attempt.then_key', { Key: next.keyHint })
  if (next) return t('attempt.then_member', { Name: `${next.provider} · ${next.model}` })
  // What it called for is not what happened when the reply had begun, or nobody was left.
  if (call.state === 'partial') return t('attempt.begun')
  if (attempt.action === 'stop') return t('attempt.stopped')
  return t('attempt.none_left')
}

function passedOver({ t, locale }: I18n, call: CallRow, attempt: Attempt): string {
  if (attempt.benchMs <= 0) return ''
  const ended = call.startedAt + attempt.startMs + attempt.totalMs
  return t(attempt.blames === 'key' ? 'attempt.bench_key' : 'attempt.bench', {
    Key: attempt.keyHint,
    Until: time(locale, ended + attempt.benchMs),
    Time: duration(locale, attempt.benchMs),
  })
}
