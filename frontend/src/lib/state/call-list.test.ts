import { anyCall } from '../api/any-call'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { row } from '../../testing/samples'
import { CallList } from './call-list.svelte'

const all = { states: [], groupId: 0, apiKeyId: 0, id: '' }
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
    expect(fake.last('Calls.Page')).toEqual([{ ...anyCall, before: 151, limit: 100 }])
    await list.older()
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
    expect(list.rows).toHaveLength(201)
    expect(new Set(seqs(list)).size).toBe(201)
    expect(list.more).toBe(true)
  })

  it('sees how open calls end, however deep they stand', async () => {
    fake.rows[149] = row(150, { state: 'open' })
    await list.older()
    fake.rows[149] = row(150, { state: 'failed' })
    await list.refresh()
    expect(list.rows.find(({ seq }) => seq === 150)?.state).toBe('failed')
  })

  it('starts over when too much is new', async () => {
    fake.rows = Array.from({ length: 200 }, (_, i) => row(i + 1000))
    await list.refresh()
    expect(list.rows).toHaveLength(100)
    expect(seqs(list)[0]).toBe(1199)
  })

  it('asks for what the filter says', async () => {
    await list.show({ ...all, states: ['failed'], groupId: 3 })
    expect(fake.last('Calls.Page')).toEqual([
      { ...anyCall, states: ['failed'], groupId: 3, limit: 100 },
    ])
    expect(list.rows).toEqual([])
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
})
