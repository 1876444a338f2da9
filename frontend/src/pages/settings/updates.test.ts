import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { settings } from '../../testing/samples'
import { show } from '../../testing/show'
import UpdatesSection from './UpdatesSection.svelte'

const open = (fake = new FakeProgram()) => show(UpdatesSection, { settings }, fake)
const button = (name: string | RegExp) => screen.findByRole('button', { name })

describe('updates', () => {
  it('are looked for only when a person wants it', async () => {
    const { fake, user } = await open()
    expect(await screen.findByText('Not checked yet')).toBeVisible()
    expect(fake.sent.some(({ method }) => method === 'Updates.Check')).toBe(false)
    await user.click(screen.getByRole('switch', { name: /once a day/ }))
    await waitFor(() => expect(fake.settings.updates).toBe(true))
  })

  it('are found, fetched and installed, a click each', async () => {
    const { fake, user } = await open()
    await user.click(await button('Check now'))
    expect(await screen.findByText(/Headgate 0\.2\.0 is available/)).toBeVisible()
    expect(screen.getByText(/Groups can be pinned/)).toBeVisible()
    await user.click(await button(/^Download/))
    expect(await screen.findByText(/Downloading: 4.8/)).toBeVisible()
    await user.click(await button('Cancel'))
    await button(/^Download/)
    fake.updates = { ...fake.updates, stage: 'ready' }
    fake.publish('updates')
    await user.click(await button('Install'))
    expect(await screen.findByText(/used from the next start/)).toBeVisible()
  })

  it('say in words what went wrong, also of a check that nobody watched', async () => {
    const fake = new FakeProgram()
    fake.updates = { ...fake.updates, error: { code: 'update_signature_wrong', params: {} } }
    const { user } = await open(fake)
    expect(await screen.findByText(/signed by Headgate's makers/)).toBeVisible()
    fake.failing.set('Updates.Check', { code: 'update_unreachable', params: { Host: 'x.example' } })
    await user.click(await button('Check now'))
    expect(await screen.findByText(/x\.example could not be asked/)).toBeVisible()
    expect(screen.getAllByRole('alert')).toHaveLength(1)
  })

  it('are left to the package manager, or to nobody', async () => {
    const fake = new FakeProgram()
    fake.updates = { ...fake.updates, able: false, installedBy: 'apt' }
    await open(fake)
    expect(await screen.findByText(/Installed by apt/)).toBeVisible()
    fake.updates = { ...fake.updates, installedBy: '' }
    fake.publish('updates')
    expect(await screen.findByText(/no release key/)).toBeVisible()
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('are told, and not fetched, where nothing can be installed from', async () => {
    const fake = new FakeProgram()
    fake.updates = { ...fake.updates, installs: false }
    const { user } = await open(fake)
    await user.click(await button('Check now'))
    expect(await screen.findByText('https://headgate.example/0.2.0')).toBeVisible()
    expect(screen.queryByRole('button', { name: /^Download/ })).toBeNull()
  })
})
