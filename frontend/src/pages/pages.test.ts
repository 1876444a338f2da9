import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../testing/fake'
import { member, model, provider } from '../testing/samples'
import { show } from '../testing/show'
import StartPage from './start/StartPage.svelte'
import Banners from '../shell/Banners.svelte'

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', { models: [model(1, 1, 'm1'), model(2, 1, 'm2'), model(3, 1, 'm3')] })
  fake.providers = [a]
  fake.groups = [
    {
      id: 1,
      name: 'chat',
      policy: 'priority',
      keyless: false,
      rules: [],
      enabled: true,
      createdAt: 0,
      updatedAt: 0,
      members: [member(11, a, 1, 1), member(12, a, 2, 2)],
    },
  ]
  return fake
}

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

  it('say that there is no network for as long as there is none', async () => {
    const fake = new FakeProgram()
    fake.door = { ...fake.door, offlineSince: new Date(2026, 0, 2, 13, 5).getTime() }
    await show(Banners, {}, fake)
    const banner = await screen.findByRole('status')
    expect(banner).toHaveTextContent(/^No network since .*1\/2.*05/)
    fake.door = { ...fake.door, offlineSince: 0 }
    fake.publish('gateway')
    await waitFor(() => expect(screen.queryByRole('status')).toBeNull())
  })

  it('offer to start a stopped gateway', async () => {
    const fake = new FakeProgram()
    fake.door = { ...fake.door, state: 'stopped' }
    const { user } = await show(Banners, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Start gateway' }))
    expect(fake.last('Gateway.Start')).toEqual([])
  })
})
