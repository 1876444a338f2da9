import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { desk } from '../../lib/api/desk'
import { FakeProgram } from '../../testing/fake'
import { show } from '../../testing/show'
import AutostartSwitch from './AutostartSwitch.svelte'

const open = (fake = new FakeProgram()) => show(AutostartSwitch, { desk }, fake)

describe('start at login', () => {
  it('shows what the system has, also after somebody else changed it', async () => {
    const { fake, user } = await open()
    const toggle = await screen.findByRole('switch', { name: /Start at login/ })
    expect(toggle).not.toBeChecked()
    await user.click(toggle)
    await waitFor(() => expect(toggle).toBeChecked())
    fake.autostart = 'off'
    dispatchEvent(new Event('focus'))
    await waitFor(() => expect(toggle).not.toBeChecked())
  })

  it('says why it could not be changed, and stays as it was', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Autostart.Set', { code: 'autostart_failed', params: { Reason: 'full' } })
    const { user } = await open(fake)
    await user.click(await screen.findByRole('switch', { name: /Start at login/ }))
    expect(await screen.findByText('“Start at login” could not be changed')).toBeVisible()
    expect(screen.getByRole('switch', { name: /Start at login/ })).not.toBeChecked()
  })

  it('is not there where it cannot be had', async () => {
    const fake = new FakeProgram()
    fake.autostart = 'absent'
    await open(fake)
    await waitFor(() => expect(fake.last('Autostart.State')).toBeDefined())
    expect(screen.queryByRole('switch')).toBeNull()
  })
})
