import { anyCall } from '../api/any-call'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { row } from '../../testing/samples'
import { filterOf } from './call-scope'
import { CallList } from './call-list.svelte'

const all = filterOf({})
const seqs = (list: CallList) => list.rows.map(({ seq }) => seq)

describe('CallList', () => {
  let fake: FakeProgram
  let list: CallList

  beforeEach(async () => {
    fake = new FakeProgram()
    fake.rows = Array.from({ length: 250 }, (_, i) => row(i + 1))
    fake.install()
    list = new CallList()
    await list.show(all)
  })

  it('shows the newest first, page by page', async () => {
    expect(seqs(list).slice(0, 2)).toEqual([250, 249])
    expect(list.rows).toHaveLength(100)
    expect(list.more).toBe(true)
    await list.older()
    expect(fake.last('Calls.Page')).toEqual([{ ...anyCall, before: 151, limit: 250 }])
    expect(list.rows).toHaveLength(250)
    expect(list.more).toBe(false)
  })

  it('lets new calls in while it follows', async () => {
    fake.rows.push(row(251), row(252))
    await list.refresh()
    expect(seqs(list).slice(0, 3)).toEqual([252, 251, 250])
    expect(list.waiting).toBe(0)
  })

  it('counts new calls while it does not follow, and lets them in when it does again', async () => {
    list.follow(false)
    fake.rows.push(row(251))
    await list.refresh()
    fake.rows.push(row(252))
    await list.refresh()
    expect(seqs(list)[0]).toBe(250)
    expect(list.waiting).toBe(2)
    list.follow(true)
    expect(seqs(list).slice(0, 3)).toEqual([252, 251, 250])
    expect(list.waiting).toBe(0)
  })

  it('keeps older pages when new calls come', async () => {
    await list.older()
    fake.rows.push(row(251))
    await list.refresh()
    expect(list.rows).toHaveLength(251)
    expect(new Set(seqs(list)).size).toBe(251)
    expect(list.more).toBe(false)
  })

  it('sees how open calls end, however deep they stand', async () => {
    fake.rows[149] = row(150, { state: 'open' })
    await list.older()
    fake.rows[149] = row(150, { state: 'failed' })
    await list.refresh()
    expect(list.rows.find(({ seq }) => seq === 150)?.state).toBe('failed')
  })

  it('starts over when too much is new', async () => {
    fake.rows = Array.from({ length: 600 }, (_, i) => row(i + 1000))
    await list.refresh()
    expect(list.rows).toHaveLength(100)
    expect(seqs(list)[0]).toBe(1599)
  })

  it('asks for what the filter says', async () => {
    const shown = list.show(
      filterOf({
        state: 'failed',
        group: '3',
        provider: '1',
        member: 'm',
        model: 'chat',
        text: 'x ',
      }),
    )
    // The old rows stay until there are new ones.
    expect(list.old).toBe(true)
    expect(list.rows).toHaveLength(100)
    await shown
    expect(fake.last('Calls.Page')).toEqual([
      {
        ...anyCall,
        states: ['failed'],
        groupId: 3,
        providerId: 1,
        member: 'm',
        model: 'chat',
        text: 'x',
        limit: 100,
      },
    ])
    expect(list.rows).toEqual([])
    expect(list.old).toBe(false)
    expect(list.loaded).toBe(true)
  })

  it('keeps its rows when a fetch fails, and says why', async () => {
    fake.failing.set('Calls.Page', { code: 'database_unusable' })
    await list.refresh()
    expect(list.rows).toHaveLength(100)
    expect(list.failure?.code).toBe('database_unusable')
    fake.failing.clear()
    await list.refresh()
    expect(list.failure).toBeNull()
  })

  it('leaves what is read in its place when more is new than a page holds', async () => {
    list.follow(false)
    fake.rows.push(...Array.from({ length: 600 }, (_, i) => row(i + 251)))
    await list.refresh()
    expect(seqs(list)[0]).toBe(250)
    expect(list.waiting).toBe(100)
    expect(list.waitingMore).toBe(true)
    list.follow(true)
    expect(seqs(list)[0]).toBe(850)
    expect(list.waitingMore).toBe(false)
    await list.older()
    expect(seqs(list).slice(99, 102)).toEqual([751, 750, 749])
  })

  it('lets old rows go while it follows', async () => {
    fake.rows = Array.from({ length: 2500 }, (_, i) => row(i + 1))
    await list.show(all)
    while (list.more) await list.older()
    expect(list.rows).toHaveLength(2500)
    fake.rows.push(row(2501))
    await list.refresh()
    expect(list.rows).toHaveLength(1000)
    expect(list.more).toBe(true)
    await list.older()
    expect(seqs(list).slice(999, 1002)).toEqual([1502, 1501, 1500])
  })

  it('takes away what was cleared', async () => {
    await list.older()
    fake.rows = fake.rows.slice(-3)
    await list.show(all)
    expect(seqs(list)).toEqual([250, 249, 248])
    fake.rows = []
    await list.show(all)
    expect(list.rows).toEqual([])
  })

  it('asks only for what is new, unless a call that is shown still runs', async () => {
    await list.refresh()
    expect(fake.last('Calls.Page')).toMatchObject([{ after: 250, before: 0, limit: 500 }])
    fake.rows.push(row(251, { state: 'open' }))
    await list.refresh()
    await list.refresh()
    expect(fake.last('Calls.Page')).toMatchObject([{ after: 0, limit: 101 }])
  })

  it('lets in what comes to match when it ends', async () => {
    fake.rows[240] = row(241, { state: 'open' })
    await list.show(filterOf({ state: 'failed,ok' }))
    expect(seqs(list)).not.toContain(241)
    fake.rows[240] = row(241, { state: 'failed' })
    await list.refresh()
    expect(seqs(list).slice(8, 11)).toEqual([242, 241, 240])
  })

  it('holds as many as a page while it is paused, and the newest of them', async () => {
    list.follow(false)
    for (let seq = 251; seq <= 850; seq += 100) {
      fake.rows.push(...Array.from({ length: 100 }, (_, i) => row(seq + i)))
      await list.refresh()
    }
    expect([list.waiting, list.waitingMore]).toEqual([500, true])
    list.follow(true)
    expect([seqs(list)[0], seqs(list).at(-1)]).toEqual([850, 351])
    await list.older()
    expect(seqs(list)[500]).toBe(350)
  })

  it('finds the call after one that is not listed', async () => {
    expect((await list.after(20))?.seq).toBe(19)
    expect(await list.after(1)).toBeUndefined()
  })
})

describe('a search that is cut', () => {
  let fake: FakeProgram
  let list: CallList

  beforeEach(async () => {
    fake = new FakeProgram()
    fake.rows = Array.from({ length: 100 }, (_, i) => row(i + 1))
    fake.rows[4] = row(5, { message: 'Rate limit' })
    fake.lookBack = 30
    fake.install()
    list = new CallList()
    await list.show(filterOf({ text: 'rate' }))
  })
  const asked = () => fake.sent.filter(({ method }) => method === 'Calls.Page').length

  it('goes on only when it is told to, until it has found some', async () => {
    expect([list.cut, list.more, list.looked]).toEqual([true, true, CallList.lookBack])
    expect(asked()).toBe(1)
    await list.lookFurther()
    expect(asked()).toBe(4)
    expect(seqs(list)).toEqual([5])
    expect(list.cut).toBe(false)
  })

  it('can be stopped, and keeps how far it got', async () => {
    const looking = list.lookFurther()
    expect(list.loading).toBe(true)
    list.stopLooking()
    await looking
    expect(asked()).toBe(2)
    await list.refresh()
    expect(list.looked).toBe(2 * CallList.lookBack)
    await list.lookFurther()
    expect(asked()).toBe(5)
    expect(seqs(list)).toEqual([5])
  })
})
