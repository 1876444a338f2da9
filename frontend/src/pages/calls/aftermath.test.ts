import { beforeAll, describe, expect, it } from 'vitest'
import { I18n } from '../../lib/i18n/i18n.svelte'
import { attempt, row } from '../../testing/samples'
import { aftermath } from './aftermath'

const i18n = new I18n()
beforeAll(() => i18n.use('en'))

describe('after an attempt', () => {
  const failed = { class: 'transient', action: 'next' }

  it.each([
    ['partial', 'transient', 'next', 'The reply had begun, so no other member could take over.'],
    ['failed', 'transient', 'next', 'No other member was left, or no more attempts were allowed.'],
    ['failed', 'caller_fault', 'stop', 'No other member was tried.'],
    ['canceled', 'canceled', 'stop', 'No other member was tried.'],
  ])('that was the last of a %s call (%s, %s), says: %s', (state, kind, action, words) => {
    const attempts = [attempt({ class: kind, action })]
    expect(aftermath(i18n, row(1, { state }), attempts, 0)).toEqual([words])
  })

  it('says who was tried then, and until when it is passed over', () => {
    const at = new Date(2001, 1, 3, 14, 0, 0).getTime()
    const attempts = [
      attempt({ ...failed, totalMs: 1000, benchMs: 600_000, blames: 'key_and_member' }),
      attempt({ memberId: 2, provider: 'B', model: 'm2' }),
    ]
    expect(aftermath(i18n, row(1, { startedAt: at }), attempts, 0)).toEqual([
      'Then B · m2 was tried.',
      'Passed over until 2/3, 14:10:01 (10m).',
    ])
    expect(aftermath(i18n, row(1), attempts, 1)).toEqual([])
  })
})
