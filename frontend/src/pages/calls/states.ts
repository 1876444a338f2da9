import type { CallRow } from '../../lib/api'
import type { Tone } from '../../lib/ui/StatusBadge.svelte'

export const states = [
  'open',
  'ok',
  'failed',
  'partial',
  'canceled',
  'interrupted',
  'refused',
] as const

/** What a call's state looks like; its word is the text "calls.state.<state>". */
export const tones: Record<string, Tone> = {
  open: 'busy',
  ok: 'ok',
  failed: 'bad',
  partial: 'warn',
  canceled: 'off',
  interrupted: 'warn',
  refused: 'bad',
}

/** Why a call ended badly, as a code with the text "answer.<code>"; "" when it didn't. */
export function whyFailed(call: CallRow): string {
  return call.state === 'canceled' ? 'client_gone' : call.errorCode
}

/** What went wrong, in words and as it was told; "" when nothing did. */
export function errorText(call: CallRow, code: (prefix: string, code: string) => string): string {
  if (call.state === 'ok' || call.state === 'open') return ''
  const why = whyFailed(call)
  const words = why && code('answer', why)
  return [words !== why && words, call.message].filter(Boolean).join(' · ')
}
