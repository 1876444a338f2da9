import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { opening } from '../../testing/fake/secrets'
import { show } from '../../testing/show'
import Banners from '../../shell/Banners.svelte'
import SecuritySection from './SecuritySection.svelte'

async function open(fake = new FakeProgram()) {
  const shown = await show(SecuritySection, {}, fake)
  const press = async (name: string) =>
    shown.user.click(await screen.findByRole('button', { name }))
  return { ...shown, press }
}

describe('Security', () => {
  it('says where the key is kept, and keeps it under a passphrase that was typed twice', async () => {
    const { fake, user, press } = await open()
    expect(await screen.findByText('Key file')).toBeVisible()
    await press('Keep elsewhere…')
    const dialog = within(screen.getByRole('dialog'))
    await user.click(dialog.getByRole('radio', { name: 'Passphrase' }))
    await user.type(dialog.getByLabelText('Passphrase', { selector: '[type=password]' }), opening)
    await user.click(dialog.getByRole('button', { name: 'Keep it there' }))
    expect(dialog.getByText('The passphrases differ')).toBeVisible()
    expect(fake.last('Secrets.Keep')).toBeUndefined()
    await user.type(dialog.getByLabelText('Repeat the passphrase'), opening)
    await user.click(dialog.getByRole('button', { name: 'Keep it there' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(fake.last('Secrets.Keep')).toEqual(['passphrase', opening])
    expect(await screen.findByText('Passphrase')).toBeVisible()

    await press('New encryption key…')
    await user.type(screen.getByLabelText('Passphrase', { selector: '[type=password]' }), opening)
    await press('Make a new key')
    await waitFor(() => expect(fake.last('Secrets.Rotate')).toEqual([opening]))
  })

  it('says why the keychain did not take it, and stays where it was', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Secrets.Keep', { code: 'keychain_unavailable', params: {} })
    const { user, press } = await open(fake)
    await press('Keep elsewhere…')
    await user.click(screen.getByRole('radio', { name: 'System keychain' }))
    await press('Keep it there')
    expect(await screen.findByText(/keychain doesn't answer/)).toBeVisible()
    await press('Cancel')
    expect(screen.getByText('Key file')).toBeVisible()
  })

  it('asks for the passphrase while the keys are locked', async () => {
    const fake = new FakeProgram()
    fake.keysState = {
      ...fake.keysState,
      kept: 'passphrase',
      locked: { code: 'keys_passphrase_needed', params: {} },
    }
    const { user } = await show(Banners, {}, fake)
    const field = await screen.findByLabelText('Passphrase', { selector: '[type=password]' })
    await user.type(field, 'no{Enter}')
    expect(await screen.findByText(/doesn't open the provider keys/)).toBeVisible()
    expect(field).toHaveValue('')
    await user.type(field, `${opening}{Enter}`)
    await waitFor(() => expect(field).not.toBeInTheDocument())
    expect(fake.last('Secrets.Unlock')).toEqual([opening])
  })
})
