import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { settings } from '../../testing/samples'
import { show } from '../../testing/show'
import { strengthOf } from './data/passphrase'
import { span } from './range'
import SettingsPage from './SettingsPage.svelte'

function go(hash: string) {
  location.hash = hash
  window.dispatchEvent(new Event('hashchange'))
}

/** Shows one section. */
async function open(section: string, fake = new FakeProgram()) {
  const shown = await show(SettingsPage, {}, fake)
  go(`#/settings/${section}`)
  await waitFor(() =>
    expect(screen.getByRole('navigation').querySelector('[aria-current]')).toHaveAttribute(
      'href',
      `#/settings/${section}`,
    ),
  )
  const retype = async (label: string, text: string) => {
    const field = await screen.findByLabelText(label, { selector: 'input, textarea' })
    await shown.user.clear(field)
    await shown.user.type(field, text)
    return field
  }
  const press = (name: string | RegExp) => shown.user.click(screen.getByRole('button', { name }))
  return { ...shown, retype, press }
}

describe('a section of the settings', () => {
  it('saves its part of what holds now', async () => {
    const { fake, user, retype, press } = await open('gateway')
    await retype('Port', '9001')
    await user.selectOptions(screen.getByLabelText('Who can reach it'), '0.0.0.0')
    expect(screen.getByText(/Others on your network/)).toBeVisible()
    // Somebody else changes another part meanwhile.
    fake.settings = { ...fake.settings, closeToTray: false }
    await press('Save')
    await waitFor(() => expect(screen.queryByText('Unsaved changes')).toBeNull())
    expect(fake.last('Settings.Save')).toEqual([
      {
        ...settings,
        closeToTray: false,
        gateway: { ...settings.gateway, address: '0.0.0.0:9001' },
      },
    ])
  })

  it('takes another address of this computer, and not an empty one', async () => {
    const { fake, user, press } = await open('gateway')
    await user.selectOptions(await screen.findByLabelText('Who can reach it'), 'other')
    const address = screen.getByLabelText('Address')
    expect(address).toHaveAccessibleDescription(/This field is required/)
    await user.type(address, '::1')
    await press('Save')
    await waitFor(() =>
      expect(fake.last('Settings.Save')).toMatchObject([{ gateway: { address: '[::1]:8001' } }]),
    )
  })

  it('can be taken back, and refuses what is out of range', async () => {
    const { fake, retype, press } = await open('gateway')
    const port = await retype('Port', '70000')
    expect(port).toHaveAccessibleDescription('Enter a port from 1 to 65535')
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
    await press('Discard')
    expect(port).toHaveValue('8001')
    expect(fake.last('Settings.Save')).toBeUndefined()
  })

  it('shows at the field what the program refused', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Settings.Save', {
      code: 'setting_out_of_range',
      params: { Setting: 'timeouts.replySeconds', Value: '700', Low: '1', High: '600' },
    })
    const { retype, press } = await open('timeouts', fake)
    const field = await retype('Whole reply', '700')
    await press('Save')
    await waitFor(() => expect(field).toHaveAccessibleDescription(/from 1 to 600/))
    expect(field).toHaveValue('700')
  })

  it('is saved by Ctrl+S', async () => {
    const { fake, user, retype } = await open('log')
    await retype('Keep calls for', '30')
    await user.keyboard('{Control>}s{/Control}')
    await waitFor(() => expect(fake.last('Settings.Save')).toMatchObject([{ log: { days: 30 } }]))
  })

  it('asks before what was typed is lost', async () => {
    const { retype, press } = await open('failover')
    await retype('Failures', '7')
    go('#/settings/log')
    const dialog = await screen.findByRole('alertdialog')
    expect(dialog).toHaveTextContent('Failover')
    await press('Cancel')
    expect(screen.getByLabelText('Failures')).toHaveValue('7')
    expect(location.hash).toBe('#/settings/failover')
    go('#/settings/log')
    await screen.findByRole('alertdialog')
    await press('Discard changes')
    expect(await screen.findByLabelText('Keep calls for')).toBeVisible()
    expect(location.hash).toBe('#/settings/log')
  })

  it('follows what others change only while nothing was typed', async () => {
    const { fake, retype } = await open('failover')
    const failures = await screen.findByLabelText('Failures')
    fake.settings = { ...fake.settings, failover: { ...fake.settings.failover, count: 4 } }
    fake.publish('settings')
    await waitFor(() => expect(failures).toHaveValue('4'))
    await retype('Failures', '9')
    const asked = () => fake.sent.filter(({ method }) => method === 'Settings.Get').length
    const before = asked()
    fake.settings = { ...fake.settings, failover: { ...fake.settings.failover, count: 5 } }
    fake.publish('settings')
    await waitFor(() => expect(asked()).toBeGreaterThan(before))
    expect(failures).toHaveValue('9')
  })
})

describe('Gateway', () => {
  it('says plainly where other computers reach it', async () => {
    const fake = new FakeProgram()
    const url = 'http://192.168.1.20:8001/v1'
    fake.settings = { ...settings, gateway: { ...settings.gateway, address: '0.0.0.0:8001' } }
    fake.door = { ...fake.door, address: '0.0.0.0:8001', reach: [url] }
    await open('gateway', fake)
    expect(await screen.findByText('Other computers can reach the gateway')).toBeVisible()
    expect(screen.getByText(url)).toBeVisible()
    expect(screen.getByRole('button', { name: `Copy ${url}` })).toBeVisible()
    const access = screen.getAllByRole('link', { name: 'Access' })
    expect(access.map((link) => link.getAttribute('href'))).toContain('#/settings/access')
  })

  it.each([
    ['[::1]:8001', false],
    ['127.0.0.9:8001', false],
    ['[::]:8001', true],
    ['192.168.1.20:8001', true],
  ])('warns of others where there are any: %s', async (address, warns) => {
    const fake = new FakeProgram()
    fake.settings = { ...settings, gateway: { ...settings.gateway, address } }
    await open('gateway', fake)
    await screen.findByLabelText('Who can reach it')
    expect(screen.queryByText(/Others on your network/) !== null).toBe(warns)
  })
})

describe('Access', () => {
  it('takes names and origins line by line, and shows which one the program refuses', async () => {
    const { fake, user, press } = await open('access')
    await user.type(
      await screen.findByLabelText('Host names'),
      'gateway.home\nhost.docker.internal',
    )
    await user.type(
      screen.getByLabelText('Web pages'),
      'https://chat.example, http://localhost:3000',
    )
    await press('Save')
    await waitFor(() => expect(screen.queryByText('Unsaved changes')).toBeNull())
    expect(fake.last('Settings.Save')).toMatchObject([
      {
        gateway: {
          address: '127.0.0.1:8001',
          names: ['gateway.home', 'host.docker.internal'],
          origins: ['https://chat.example', 'http://localhost:3000'],
        },
      },
    ])
    fake.failing.set('Settings.Save', { code: 'origin_invalid', params: { Origin: '*' } })
    await user.clear(screen.getByLabelText('Web pages'))
    await user.type(screen.getByLabelText('Web pages'), '*')
    await press('Save')
    await waitFor(() =>
      expect(screen.getByLabelText('Web pages')).toHaveAccessibleDescription(/not a web page's/),
    )
  })
})

describe('General', () => {
  it('changes language and switches at once', async () => {
    const { fake, user } = await open('general')
    await user.selectOptions(await screen.findByLabelText('Language'), 'ja')
    await waitFor(() => expect(fake.last('Settings.Save')).toMatchObject([{ language: 'ja' }]))
    await user.click(screen.getByRole('switch', { name: /Start the gateway/ }))
    await waitFor(() =>
      expect(fake.last('Settings.Save')).toMatchObject([
        { gateway: { address: '127.0.0.1:8001', startOnOpen: false } },
      ]),
    )
  })
})

describe('Access', () => {
  const guarded = () => {
    const fake = new FakeProgram()
    fake.about = { ...fake.about, guarded: true }
    return fake
  }
  const networks = (fake: FakeProgram) =>
    (fake.last('Settings.Save') as [typeof settings])[0].gateway.networks

  it('lists private networks where only those are called, saved with the rest', async () => {
    const fake = guarded()
    const { retype, press } = await open('access', fake)
    await retype('Host names', 'gateway.home nas.home')
    const field = await retype('Private networks', '10.1')
    fake.failing.set('Settings.Save', { code: 'network_invalid', params: { Network: '10.1' } })
    await press('Save')
    await waitFor(() => expect(field).toHaveAccessibleDescription(/10\.1 is not a network/))
    fake.failing.clear()
    await retype('Private networks', '192.168.1.0/24, fd00::/8')
    await press('Save')
    await waitFor(() => expect(screen.queryByText('Unsaved changes')).toBeNull())
    expect(fake.last('Settings.Save')).toMatchObject([
      {
        gateway: {
          names: ['gateway.home', 'nas.home'],
          networks: ['192.168.1.0/24', 'fd00::/8'],
        },
      },
    ])
  })

  it('leaves the choice to the program until a person makes it', async () => {
    const fake = guarded()
    fake.settings = { ...settings, gateway: { ...settings.gateway, networks: null as never } }
    const { retype, press } = await open('access', fake)
    await retype('Host names', 'gateway.home')
    await press('Save')
    await waitFor(() => expect(fake.last('Settings.Save')).toBeDefined())
    expect(networks(fake)).toBeNull()
  })

  it('leaves what the program lists while something else is typed', async () => {
    const fake = guarded()
    fake.settings = { ...settings, gateway: { ...settings.gateway, networks: null as never } }
    const { retype, press } = await open('access', fake)
    await retype('Host names', 'gateway.home')
    const reads = () => fake.sent.filter(({ method }) => method === 'Settings.Get').length
    const before = reads()
    fake.settings = { ...settings, gateway: { ...settings.gateway, networks: ['10.0.0.0/8'] } }
    fake.publish('settings')
    await waitFor(() => expect(reads()).toBeGreaterThan(before))
    await press('Save')
    await waitFor(() => expect(fake.last('Settings.Save')).toBeDefined())
    expect(networks(fake)).toEqual(['10.0.0.0/8'])
  })

  it('is silent about private networks where all of them are called', async () => {
    await open('access')
    expect(await screen.findByLabelText('Host names')).toBeVisible()
    expect(screen.queryByText('Private networks')).toBeNull()
  })
})

describe('Failover', () => {
  it('says what the numbers mean together', async () => {
    const { retype } = await open('failover')
    const meaning = await screen.findByTestId('failover')
    expect(meaning).toHaveTextContent(
      '2 failures within 5 min: the member is passed over for 60 sec.',
    )
    expect(meaning).toHaveTextContent('up to 15 min')
    expect(meaning).toHaveTextContent(/60 sec\s*2 min\s*4 min\s*8 min\s*15 min/)
    await retype('First cooldown', '900')
    expect(meaning).toHaveTextContent(/passed over for 15 min\.\s*It stays that long each time\./)
    const field = await retype('First cooldown', '901')
    expect(field).toHaveAccessibleDescription('Enter a whole number from 1 to 900')
  })

  it.each([
    [60, '60 sec'],
    [119, '119 sec'],
    [120, '2 min'],
    [900, '15 min'],
  ])('%s s read %s', (seconds, want) => expect(span('en', seconds)).toBe(want))
})

describe('Call log', () => {
  it('keeps bodies as chosen', async () => {
    const { fake, user, retype, press } = await open('log')
    await user.click(await screen.findByRole('radio', { name: 'For every call' }))
    await retype('Keep at most', '64')
    await retype('Keep it for', '0')
    await press('Save')
    await waitFor(() =>
      expect(fake.last('Settings.Save')).toMatchObject([
        { log: { days: 90, bodies: 'always', bodyDays: 0, bodyKb: 64 } },
      ]),
    )
    await user.click(screen.getByRole('radio', { name: 'Never' }))
    expect(screen.queryByLabelText('Keep it for')).toBeNull()
  })
})

describe('Backups', () => {
  const backup = { name: 'headgate-20261120T101500.000.db', at: 1_790_000_000_000, size: 98_304 }

  it('are made, and saved as a file', async () => {
    const fake = new FakeProgram()
    fake.backups = [backup]
    const { user, press } = await open('data', fake)
    await user.click(await screen.findByRole('button', { name: /^Save the backup of/ }))
    expect(fake.last('Files.Save')).toEqual(['backup', JSON.stringify({ name: backup.name })])
    await press('Back up now')
    await waitFor(() => expect(screen.getAllByRole('listitem').length).toBeGreaterThan(1))
    expect(fake.last('Backups.Make')).toEqual([])
    expect(await screen.findAllByRole('button', { name: /^Restore the backup/ })).toHaveLength(2)
  })

  it('show what restoring would change before they are restored', async () => {
    const fake = new FakeProgram()
    fake.backups = [backup]
    fake.changes = [
      { action: 'removed', kind: 'group', name: 'chat', of: '', details: [] },
      { action: 'created', kind: 'model', name: 'm1', of: 'Good', details: [] },
      { action: 'unchanged', kind: 'settings', name: '', of: '', details: [] },
    ]
    const { user, press } = await open('data', fake)
    await user.click(await screen.findByRole('button', { name: /^Restore the backup/ }))
    const dialog = await screen.findByRole('dialog')
    expect(await within(dialog).findByText('m1 of Good')).toBeVisible()
    expect(fake.last('Backups.Preview')).toEqual([backup.name])
    await user.click(within(dialog).getByRole('button', { name: /^Removed/ }))
    expect(within(dialog).getByText('chat')).toBeVisible()
    expect(within(dialog).queryByText('m1 of Good')).toBeNull()
    fake.failing.set('Backups.Restore', { code: 'unreachable', params: {} })
    await press('Restore')
    expect(await within(dialog).findByText('The backup could not be restored')).toBeVisible()
    fake.failing.clear()
    await press('Restore')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(fake.last('Backups.Restore')).toEqual([backup.name])
  })
})

describe('Export', () => {
  it('leaves secrets out unless a passphrase is given twice', async () => {
    const { fake, user, press } = await open('data')
    await screen.findByText('Provider keys')
    await press('Export…')
    expect(fake.last('Files.Save')).toEqual(['configuration', '{"passphrase":""}'])
    await user.click(screen.getByRole('radio', { name: 'Include them, encrypted' }))
    await user.type(screen.getByLabelText('Passphrase'), 'correct horse battery')
    expect(screen.getByText('Strong')).toBeVisible()
    await user.type(screen.getByLabelText('Repeat the passphrase'), 'correct horse')
    await press('Export…')
    expect(screen.getByLabelText('Repeat the passphrase')).toHaveAccessibleDescription(
      /passphrases differ/,
    )
    expect(fake.sent.filter(({ method }) => method === 'Files.Save')).toHaveLength(1)
    await user.type(screen.getByLabelText('Repeat the passphrase'), ' battery')
    await press('Export…')
    expect(fake.last('Files.Save')).toEqual([
      'configuration',
      '{"passphrase":"correct horse battery"}',
    ])
    await waitFor(() => expect(screen.getByLabelText('Passphrase')).toHaveValue(''))
  })

  it.each([
    ['short', 'short'],
    ['aaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['password', 'weak'],
    ['kq8rm2xw7tzp', 'fair'],
    ['correct horse battery staple', 'strong'],
    ['紫色的貓在月亮上唱歌給我聽', 'strong'],
  ])('says that "%s" is %s', (passphrase, want) => expect(strengthOf(passphrase)).toBe(want))
})

describe('About', () => {
  it('gives what a report needs and no names', async () => {
    const { fake, press } = await open('about')
    await screen.findByText('0.1.0')
    await press('Copy details for a report')
    expect(JSON.parse(fake.copied)).toMatchObject({
      version: '0.1.0',
      gateway: { state: 'running' },
    })
    expect(fake.copied).not.toContain('/home/ada')
  })
})
