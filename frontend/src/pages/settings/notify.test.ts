import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { desk } from '../../lib/api/desk'
import { FakeProgram } from '../../testing/fake'
import { settings } from '../../testing/samples'
import { show } from '../../testing/show'
import NotifySection from './NotifySection.svelte'

const open = (fake = new FakeProgram()) => show(NotifySection, { settings, desk }, fake)

describe('notifications', () => {
  it('are switched one by one, at once', async () => {
    const { fake, user } = await open()
    // Somebody else has changed another part meanwhile.
    fake.settings = { ...fake.settings, closeToTray: false }
    await user.click(screen.getByRole('switch', { name: /When another member takes over/ }))
    await waitFor(() =>
      expect(fake.settings).toEqual({
        ...settings,
        closeToTray: false,
        notify: { failover: false, exhausted: true },
      }),
    )
    expect(screen.queryByText(/No notification service/)).toBeNull()
  })

  it('say when nothing shows them', async () => {
    const fake = new FakeProgram()
    fake.desk = 'absent'
    await open(fake)
    expect(await screen.findByText(/No notification service runs/)).toBeVisible()
  })

  it('can be tried, which may be what allows them', async () => {
    const fake = new FakeProgram()
    fake.desk = 'denied'
    const { user } = await open(fake)
    expect(await screen.findByText(/does not allow Headgate/)).toBeVisible()
    fake.desk = 'shown'
    await user.click(screen.getByRole('button', { name: 'Show a test notification' }))
    await waitFor(() => expect(screen.queryByText(/does not allow Headgate/)).toBeNull())

    fake.failing.set('Notifications.Try', { code: 'notification_failed', params: {} })
    await user.click(screen.getByRole('button', { name: 'Show a test notification' }))
    expect(await screen.findByText('No test notification was shown')).toBeVisible()
  })
})
