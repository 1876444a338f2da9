import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import { FakeProgram } from '../testing/fake'
import { attempt, member, model, provider, row } from '../testing/samples'
import { show } from '../testing/show'
import { phases } from './calls/waterfall'
import KeywordsPage from './keywords/KeywordsPage.svelte'
import StartPage from './start/StartPage.svelte'
import Banners from '../shell/Banners.svelte'
import CallDrawer from './calls/CallDrawer.svelte'

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', { models: [model(1, 1, 'm1'), model(2, 1, 'm2'), model(3, 1, 'm3')] })
  fake.providers = [a]
  fake.groups = [
    {
      id: 1,
      name: 'chat',
      policy: 'priority',
      enabled: true,
      createdAt: 0,
      updatedAt: 0,
      members: [member(11, a, 1, 1), member(12, a, 2, 2)],
    },
  ]
  return fake
}

describe('KeywordsPage', () => {
  it('adds a keyword and switches it off', async () => {
    const { fake, user } = await show(KeywordsPage, {})
    await user.click(await screen.findByRole('button', { name: 'Add keyword' }))
    await user.type(screen.getByLabelText('Keyword'), ' quota exceeded ')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await user.click(await screen.findByRole('switch', { name: 'Keyword quota exceeded enabled' }))
    expect(fake.last('Keywords.Save')).toMatchObject([{ text: 'quota exceeded', enabled: false }])
  })
})

describe('StartPage', () => {
  it('leads to the step that is missing', async () => {
    await show(StartPage, {}, program())
    const step = await screen.findByRole('link', { name: 'Create API key' })
    expect(step).toHaveAttribute('href', '#/keys?add=1')
  })
})

describe('Banners', () => {
  it('offer another port when the port is taken', async () => {
    const fake = new FakeProgram()
    fake.door = {
      ...fake.door,
      state: 'failed',
      error: { code: 'port_taken', params: { Address: '127.0.0.1:8001' } },
    }
    const { user } = await show(Banners, {}, fake)
    expect(await screen.findByRole('alert')).toHaveTextContent('127.0.0.1:8001')
    await user.click(await screen.findByRole('button', { name: 'Use another port' }))
    expect(screen.getByLabelText('Port')).toHaveValue('8002')
    await user.click(screen.getByRole('button', { name: 'Save and start' }))
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
    expect(fake.last('Settings.Save')).toMatchObject([{ gateway: { address: '127.0.0.1:8002' } }])
  })

  it('offer to start a stopped gateway', async () => {
    const fake = new FakeProgram()
    fake.door = { ...fake.door, state: 'stopped' }
    const { user } = await show(Banners, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Start gateway' }))
    expect(fake.last('Gateway.Start')).toEqual([])
  })
})

describe('CallDrawer', () => {
  it('shows every attempt with its reason, and turns to the neighbours', async () => {
    const fake = new FakeProgram()
    fake.rows = [row(1), row(2, { attempts: 2 }), row(3)]
    fake.attempts = [
      attempt({
        class: 'transient',
        reason: 'no_text_for_this',
        message: 'refused',
        action: 'next',
        status: 0,
      }),
      attempt({ memberId: 2, provider: 'Good' }),
    ]
    const onturn = vi.fn()
    const rows = fake.rows.toReversed()
    const { user } = await show(CallDrawer, { id: 'req-2', rows, onclose: () => {}, onturn }, fake)
    expect(await screen.findByText('2 attempts')).toBeVisible()
    expect(screen.getByText('Provider error')).toBeVisible()
    expect(screen.getByText(/The next member was tried/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Newer call' }))
    await user.click(screen.getByRole('button', { name: 'Older call' }))
    expect(onturn.mock.calls).toEqual([['req-3'], ['req-1']])
    await user.click(screen.getByRole('button', { name: 'Copy call ID' }))
    expect(fake.copied).toBe('req-2')
  })

  it('tells what was tried next, whatever the outcome had called for', async () => {
    const fake = new FakeProgram()
    fake.rows = [row(1, { state: 'failed', attempts: 3 })]
    const limited = { class: 'rate_limited', reason: 'rate_limited', action: 'next_key' }
    fake.attempts = [
      attempt({ ...limited, priority: 1 }),
      attempt({ ...limited, priority: 2 }),
      attempt({ ...limited, priority: 3, memberId: 2 }),
    ]
    const rows = fake.rows
    await show(CallDrawer, { id: 'req-1', rows, onclose: () => {}, onturn: () => {} }, fake)
    expect(await screen.findByText(/priority 1 .*The next key was tried/)).toBeVisible()
    expect(screen.getByText(/priority 2 .*The next member was tried/)).toBeVisible()
    expect(screen.getByText(/priority 3/)).not.toHaveTextContent('was tried')
  })
})

describe('phases', () => {
  it.each([
    [
      'a stream',
      { connectMs: 10, firstByteMs: 30, firstTokenMs: 45, totalMs: 100 },
      ['connect 0-10', 'wait 10-30', 'think 30-45', 'reply 45-100'],
    ],
    ['no reply', { connectMs: 10, totalMs: 60 }, ['connect 0-10', 'wait 10-60']],
    ['a reused connection', { firstByteMs: 30, totalMs: 40 }, ['wait 0-30', 'reply 30-40']],
  ])('of %s', (_, times, want) =>
    expect(phases(attempt(times)).map(({ id, from, to }) => `${id} ${from}-${to}`)).toEqual(want),
  )
})
