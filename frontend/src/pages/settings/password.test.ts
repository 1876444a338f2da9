import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import { Failure, type Transport } from '../../lib/api'
import { show } from '../../testing/show'
import PasswordSection from './PasswordSection.svelte'

async function open(passwordGiven: boolean) {
  const changePassword = vi.fn(async (_current: string, _password: string) => {})
  const session = async () => ({ username: 'ada', passwordGiven })
  const shown = await show(PasswordSection, {
    transport: { session, changePassword } as unknown as Transport,
  })
  const type = (label: string, text: string) => shown.user.type(screen.getByLabelText(label), text)
  return { ...shown, changePassword, type }
}

describe('the login', () => {
  it('gets another password that was typed twice', async () => {
    const { changePassword, type, user } = await open(false)
    const go = await screen.findByRole('button', { name: 'Change password' })
    await user.click(go)
    expect(screen.getByText('This field is required')).toBeVisible()
    await type('Current password', 'the one before')
    await type('New password', 'elevenchars')
    expect(screen.getByText('Use at least 12 characters')).toBeVisible()
    await type('New password', '!')
    expect(screen.getByText('The passwords differ')).toBeVisible()
    await user.click(go)
    expect(changePassword).not.toHaveBeenCalled()
    await type('Repeat the new password', 'elevenchars!')
    changePassword.mockRejectedValueOnce(new Failure({ code: 'password_wrong' }, 'changePassword'))
    await user.click(go)
    expect(await screen.findByText(/The current password is wrong/)).toBeVisible()
    await user.click(go)
    expect(changePassword).toHaveBeenLastCalledWith('the one before', 'elevenchars!')
    await waitFor(() => expect(screen.getByLabelText('Current password')).toHaveValue(''))
    expect(screen.queryByText('This field is required')).toBeNull()
  })

  it('that came with the start is changed there', async () => {
    await open(true)
    expect(await screen.findByText(/set with ADMIN_PASSWORD/)).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Change password' })).toBeNull()
  })
})
