import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { dayOf, endOfDay, startOfDay } from '../../lib/format/format'
import { FakeProgram } from '../../testing/fake'
import { apiKey } from '../../testing/samples'
import { show } from '../../testing/show'
import { curl } from './curl'
import KeyForm from './KeyForm.svelte'
import KeysPage from './KeysPage.svelte'
import { keyState } from './status'

const day = 86_400_000
const group = (id: number, name: string) => ({
  id,
  name,
  policy: 'priority',
  keyless: false,
  rules: [],
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
  members: [],
})

function program() {
  const fake = new FakeProgram()
  fake.groups = [group(1, 'chat')]
  return fake
}

describe('a new API key', () => {
  it('is made for the only group, and shown once with a command', async () => {
    const { fake, user } = await show(KeysPage, {}, program())
    await user.click(await screen.findByRole('button', { name: 'Create API key' }))
    await user.type(screen.getByLabelText('Name'), 'laptop')
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(await screen.findByTestId('fresh-key')).toHaveTextContent(/^hg-/)
    expect(fake.last('APIKeys.Create')).toEqual([
      { id: 0, name: 'laptop', groupIds: [1], models: false, enabled: true, expiresAt: 0, key: '' },
    ])
    expect(screen.getByRole('region', { name: 'Try it in a terminal' })).toHaveTextContent(
      'http://127.0.0.1:8001/v1/chat/completions',
    )
    await user.click(screen.getByRole('button', { name: 'Copy key' }))
    expect(fake.copied).toMatch(/^hg-/)
    await user.click(screen.getByRole('button', { name: 'Done' }))
    expect(screen.queryByTestId('fresh-key')).toBeNull()
  })

  it('needs no group when it may name any model', async () => {
    const fake = program()
    fake.groups.push(group(2, 'other'))
    const { user } = await show(KeysPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Create API key' }))
    await user.type(screen.getByLabelText('Name'), 'explorer')
    await user.click(screen.getByRole('checkbox', { name: 'Any model, without a group' }))
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(await screen.findByTestId('fresh-key')).toBeVisible()
    expect(fake.last('APIKeys.Create')).toMatchObject([{ groupIds: [], models: true }])
    await user.click(screen.getByRole('button', { name: 'Done' }))
    expect(screen.getByRole('row', { name: /explorer/ })).toHaveTextContent('any model')
    await user.click(screen.getByRole('switch', { name: 'API key explorer enabled' }))
    await waitFor(() =>
      expect(fake.last('APIKeys.Save')).toMatchObject([{ models: true, enabled: false }]),
    )
  })

  it('needs a name, a group and, if brought along, the right letters', async () => {
    const fake = program()
    fake.groups.push(group(2, 'other'))
    const { user } = await show(KeyForm, { onclose: () => {} }, fake)
    await user.type(screen.getByLabelText(/Bring your own key/), 'too short')
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(screen.getByText(/^Choose at least one group/)).toBeVisible()
    expect(screen.getByText(/16 to 256/)).toBeVisible()
    expect(fake.last('APIKeys.Create')).toBeUndefined()
  })

  it('is given as a command that a shell understands', () => {
    expect(curl('http://h/v1', 'k', "it's")).toContain(`"model":"it'\\''s"`)
  })
})

describe('the expiry', () => {
  it('is a number of days, until the end of the last', async () => {
    const { fake, user } = await show(KeyForm, { onclose: () => {}, onmade: () => {} }, program())
    await user.type(screen.getByLabelText('Name'), 'CI')
    await user.selectOptions(screen.getByLabelText('Expires'), '30 days')
    await user.click(screen.getByRole('button', { name: 'Create' }))
    await waitFor(() =>
      expect(fake.last('APIKeys.Create')).toMatchObject([
        { expiresAt: startOfDay(Date.now(), 31) },
      ]),
    )
  })

  it('refuses a day that is over', async () => {
    const { fake, user } = await show(KeyForm, { onclose: () => {}, onmade: () => {} }, program())
    await user.type(screen.getByLabelText('Name'), 'CI')
    await user.selectOptions(screen.getByLabelText('Expires'), 'On a date…')
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(screen.getByText('This field is required')).toBeVisible()
    await user.type(screen.getByLabelText('Last day'), '2026-01-05')
    expect(screen.getByText(/This day is over/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(fake.last('APIKeys.Create')).toBeUndefined()
    const later = dayOf(startOfDay(Date.now(), 6))
    await user.clear(screen.getByLabelText('Last day'))
    await user.type(screen.getByLabelText('Last day'), later)
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(fake.last('APIKeys.Create')).toMatchObject([{ expiresAt: endOfDay(later) }])
  })

  it('that is over stays when something else is changed', async () => {
    const expiresAt = Date.now() - 3 * day
    const key = apiKey(7, 'old', { expiresAt })
    const fake = program()
    fake.keys = [key]
    const { user } = await show(KeyForm, { key, onclose: () => {} }, fake)
    await user.type(screen.getByLabelText('Name'), 'er')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(fake.last('APIKeys.Save')).toMatchObject([{ id: 7, name: 'older', expiresAt }])
  })
})

describe('the list', () => {
  const now = Date.UTC(2026, 10, 23)
  it.each([
    ['active', {}],
    ['active', { expiresAt: now + 8 * day }],
    ['expiring', { expiresAt: now + 3 * day }],
    ['expired', { expiresAt: now, enabled: false }],
    ['off', { enabled: false, groupIds: [] }],
    ['no_groups', { groupIds: [] }],
  ] as const)('calls it %s', (want, more) =>
    expect(keyState(apiKey(1, 'k', more as never), now)).toBe(want),
  )

  it('is filtered by text, group and status', async () => {
    const fake = program()
    fake.groups.push(group(2, 'code'))
    fake.keys = Array.from({ length: 10 }, (_, i) =>
      apiKey(i + 1, `key ${i + 1}`, { groupIds: [i < 3 ? 2 : 1], enabled: i !== 1 }),
    )
    const { user } = await show(KeysPage, {}, fake)
    const names = () => screen.queryAllByText(/^key \d+$/).map((one) => one.textContent)
    await user.selectOptions(await screen.findByLabelText('Filter by group'), 'code')
    expect(names()).toEqual(['key 1', 'key 2', 'key 3'])
    await user.selectOptions(screen.getByLabelText('Filter by status'), 'Off')
    expect(names()).toEqual(['key 2'])
    await user.type(screen.getByLabelText('Search API keys'), 'key 9')
    expect(screen.getByText('Nothing matches')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    expect(names()).toHaveLength(10)
  })

  it('is fetched again when calls arrive, so that "last used" holds', async () => {
    const fake = program()
    fake.keys = [apiKey(1, 'laptop')]
    await show(KeysPage, {}, fake)
    expect(await screen.findAllByText('Never')).toHaveLength(2)
    fake.keys = [apiKey(1, 'laptop', { lastUsedAt: Date.now() - 125_000, expiresAt: 0 })]
    fake.publish('calls')
    expect(await screen.findByText('2 minutes ago')).toBeVisible()
  })
})

describe('rotating', () => {
  it('gives a new key once, and lets the old one work for a while', async () => {
    const fake = program()
    fake.keys = [apiKey(3, 'laptop')]
    const { user } = await show(KeysPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Rotate laptop' }))
    const dialog = within(screen.getByRole('dialog'))
    await user.click(dialog.getByRole('radio', { name: '7 days' }))
    await user.click(dialog.getByRole('button', { name: 'Rotate' }))
    expect(await screen.findByTestId('fresh-key')).toHaveTextContent(/^hg-Rotated/)
    expect(fake.last('APIKeys.Rotate')).toEqual([3, 7 * 86_400])
    await user.click(screen.getByRole('button', { name: 'Done' }))
    expect(screen.getByText(/^…q8Rk works until/)).toBeVisible()

    await user.click(screen.getByRole('button', { name: 'End now: the old key of laptop' }))
    const sure = within(await screen.findByRole('alertdialog'))
    expect(sure.getByText('End the old key …q8Rk now?')).toBeVisible()
    await user.click(sure.getByRole('button', { name: 'End now' }))
    await waitFor(() => expect(screen.queryByText(/works until/)).toBeNull())
    expect(fake.last('APIKeys.EndGrace')).toEqual([3])
  })

  it('says what ends at once when it is done again', async () => {
    const fake = program()
    const grace = { previousLastFour: 'aB3d', previousUntil: Date.now() + day }
    fake.keys = [apiKey(3, 'laptop', grace)]
    const { user } = await show(KeysPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Rotate laptop' }))
    const dialog = within(screen.getByRole('dialog'))
    expect(dialog.getByText('The key before that, …aB3d, ends at once.')).toBeVisible()
  })
})

describe('revoking', () => {
  it.each([
    [Date.now() - 3_700_000, /It was last used 1 hour ago\./],
    [0, /It was never used\./],
  ])('names the last use: %d', async (lastUsedAt, words) => {
    const fake = program()
    fake.keys = [apiKey(3, 'laptop', { lastUsedAt })]
    const { user } = await show(KeysPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Revoke laptop' }))
    const sure = within(await screen.findByRole('alertdialog'))
    expect(sure.getByText(words)).toBeVisible()
    await user.click(sure.getByRole('button', { name: 'Revoke' }))
    await waitFor(() => expect(fake.last('APIKeys.Delete')).toEqual([3]))
    expect(await screen.findByText('No API keys yet')).toBeVisible()
  })

  it('that fails says so in the dialog', async () => {
    const fake = program()
    fake.keys = [apiKey(3, 'laptop')]
    fake.failing.set('APIKeys.Delete', { code: 'api_key_not_found', params: {} })
    const { user, i18n } = await show(KeysPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Revoke laptop' }))
    const sure = within(await screen.findByRole('alertdialog'))
    await user.click(sure.getByRole('button', { name: 'Revoke' }))
    const said = i18n.error({ code: 'api_key_not_found' })
    expect(await sure.findByRole('alert')).toHaveTextContent(said)
  })
})

describe('an API key that a link names', () => {
  it('is edited, and what was chosen stays when the keys are fetched again', async () => {
    const fake = program()
    fake.groups.push(group(2, 'other'))
    fake.keys = [apiKey(4, 'laptop', { groupIds: [1] })]
    const { user } = await show(KeysPage, {}, fake)
    await screen.findByText('laptop')
    location.hash = '#/keys?edit=4'
    const other = await screen.findByRole('checkbox', { name: 'other' })
    await user.click(other)
    const asked = () => fake.sent.filter(({ method }) => method === 'APIKeys.List').length
    const before = asked()
    fake.publish('api_keys')
    await waitFor(() => expect(asked()).toBeGreaterThan(before))
    await new Promise((done) => setTimeout(done))
    expect(other).toBeChecked()
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(fake.last('APIKeys.Save')).toMatchObject([{ groupIds: [1, 2] }]))
    expect(location.hash).toBe('#/keys')
  })
})
