import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type * as T from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { apiKey, member, model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import ProviderList from './ProviderList.svelte'
import ProviderView from './ProviderView.svelte'

const state = (more: Partial<T.MemberHealth>): T.MemberHealth => ({
  memberId: 1,
  failures: 1,
  cooldownUntil: 0,
  pinnedUntil: 0,
  trial: false,
  probing: false,
  class: 'transient',
  reason: 'connection_refused',
  message: 'dial tcp: refused',
  lastFailureAt: Date.now() - 1000,
  ...more,
})
const keyState = (providerKeyId: number, more: Partial<T.KeyHealth> = {}): T.KeyHealth => ({
  providerKeyId,
  cooldownUntil: 0,
  limited: 0,
  lastFailureAt: 0,
  lastUsedAt: 0,
  class: '',
  reason: '',
  message: '',
  ...more,
})

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', {
    models: [model(1, 1, 'm1'), model(2, 1, 'm2')],
    keys: [
      { id: 10, hint: 'sk-1', enabled: true },
      { id: 11, hint: 'sk-2', enabled: true },
    ],
  })
  const b = provider(2, 'B', { models: [model(3, 2, 'm3')] })
  fake.providers = [a, b]
  const group = {
    policy: 'priority',
    keyless: false,
    rules: [],
    enabled: true,
    createdAt: 0,
    updatedAt: 0,
  }
  fake.groups = [
    { id: 1, name: 'chat', ...group, members: [member(1, a, 1, 1), member(2, b, 3, 2)] },
    { id: 2, name: 'only-a', ...group, members: [member(3, a, 1, 1), member(4, a, 2, 2)] },
  ]
  fake.secrets.set(10, 'sk-whole').set(20, 'sk-whole')
  return fake
}
const row = (name: RegExp) => screen.getByRole('row', { name })

describe('ProviderList', () => {
  it('says how each provider does, and what failed last', async () => {
    const fake = program()
    const before = Date.now() - 5000
    fake.providers.push(
      provider(3, 'C', { enabled: false, models: [model(5, 3, 'm')] }),
      provider(4, 'D', { models: [model(6, 4, 'm')] }),
      provider(5, 'E', { keys: [{ id: 50, hint: 'x', enabled: false }] }),
    )
    fake.health = [state({ cooldownUntil: Date.now() + 59_500 })]
    fake.keyHealth = [
      keyState(11, { limited: 2 }),
      keyState(20, {
        lastUsedAt: Date.now(),
        lastFailureAt: before,
        class: 'credential',
        reason: 'a_reason_without_text',
      }),
    ]
    await show(ProviderList, {}, fake)
    await screen.findByRole('link', { name: 'A' })
    await waitFor(() => expect(row(/^A /)).toHaveTextContent(/Cooling down (1:00|0:59)/))
    expect(row(/^A /)).toHaveTextContent(/The provider refused the connection.*dial tcp: refused/)
    expect(row(/^A /)).toHaveTextContent('1 held back')
    // A reason that has no words yet falls back to its class; the key worked since.
    expect(row(/^B /)).toHaveTextContent(/Working.*Key rejected/)
    expect(row(/^C /)).toHaveTextContent('Off')
    expect(row(/^D /)).toHaveTextContent('Untested')
    expect(row(/^E /)).toHaveTextContent('All keys off')
  })

  it('fails from a failure on until it works again', async () => {
    const fake = program()
    fake.health = [state({})]
    const { user } = await show(ProviderList, {}, fake)
    await screen.findByRole('link', { name: 'A' })
    await waitFor(() => expect(row(/^A /)).toHaveTextContent('Failing'))
    await user.click(screen.getByRole('button', { name: 'More actions for A' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Test connection' }))
    await waitFor(() => expect(row(/^A /)).toHaveTextContent('Working'))
    expect(fake.last('Providers.Test')).toMatchObject([{ id: 1, keys: [{ id: 10 }, { id: 11 }] }])
  })

  it('finds by model, and says when nothing matches', async () => {
    const fake = program()
    for (let i = 3; i < 12; i++) fake.providers.push(provider(i, `P${i}`))
    const { user } = await show(ProviderList, {}, fake)
    const search = await screen.findByLabelText('Search providers')
    await user.type(search, 'M3')
    expect(screen.getAllByRole('row')).toHaveLength(2)
    expect(row(/^B /)).toBeVisible()
    await user.type(search, 'x')
    expect(screen.getByRole('heading', { name: 'Nothing matches' })).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    expect(screen.getAllByRole('row')).toHaveLength(12)
  })

  it('says what a provider takes with it', async () => {
    const fake = program()
    fake.keys = [apiKey(1, 'laptop', { groupIds: [2] }), apiKey(2, 'CI', { groupIds: [1, 2] })]
    const { user } = await show(ProviderList, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'More actions for A' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
    const dialog = await screen.findByRole('alertdialog')
    expect(dialog).toHaveTextContent('Its keys and 2 models are deleted for good.')
    const items = within(dialog).getAllByRole('listitem')
    expect(items[0]).toHaveTextContent(/chat · 1 member$/)
    expect(items[1]).toHaveTextContent(/only-a · 2 members · left without members$/)
    expect(dialog).toHaveTextContent('These API keys could then reach nothing: laptop.')
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }))
    await waitFor(() => expect(fake.last('Providers.Delete')).toEqual([1]))
  })

  it('copies a provider', async () => {
    const { fake, user } = await show(ProviderList, {}, program())
    await user.click(await screen.findByRole('button', { name: 'More actions for A' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Duplicate' }))
    await waitFor(() => expect(fake.last('Providers.Duplicate')).toEqual([1]))
    expect(location.hash).toMatch(/^#\/providers\/\d+$/)
  })
})

describe('removing by key', () => {
  async function open() {
    const shown = await show(ProviderList, {}, program())
    await shown.user.click(
      await screen.findByRole('button', { name: 'More actions for Providers' }),
    )
    await shown.user.click(await screen.findByRole('menuitem', { name: 'Remove by key…' }))
    return { ...shown, dialog: within(await screen.findByRole('dialog')) }
  }

  it('finds a pasted key everywhere, and removes what stays chosen', async () => {
    const { fake, user, dialog } = await open()
    await user.type(dialog.getByLabelText('Paste the key'), ' sk-whole {Enter}')
    const places = within(await dialog.findByRole('list', { name: 'Where the key is' }))
    expect(fake.last('Providers.KeyPlaces')).toEqual(['sk-whole'])
    const [first, second] = places.getAllByRole('listitem')
    expect(first).toHaveTextContent(/A sk-1.*has other keys and stays/)
    expect(second).toHaveTextContent(/B .*Its last key.*1 model and its memberships.*Groups: chat/)
    await user.click(places.getByRole('checkbox', { name: /^A / }))
    await user.click(dialog.getByRole('button', { name: 'Remove 1 key' }))
    expect(await dialog.findByText('Removed for good')).toBeVisible()
    expect(fake.last('Providers.RemoveKeys')).toEqual([[20]])
    expect(dialog.getByText('1 provider')).toBeVisible()
    expect(dialog.getByText('1 group member')).toBeVisible()
  })

  it('takes one from the list, and says when a key is nowhere', async () => {
    const { fake, user, dialog } = await open()
    await user.type(dialog.getByLabelText('Paste the key'), 'sk-other')
    await user.click(dialog.getByRole('button', { name: 'Find' }))
    expect(await dialog.findByText('No provider has this key.')).toBeVisible()
    expect(dialog.getByRole('button', { name: 'Remove by key…' })).toBeDisabled()
    await user.selectOptions(dialog.getByLabelText('Or choose it'), 'A · sk-2')
    await user.click(dialog.getByRole('button', { name: 'Remove 1 key' }))
    await waitFor(() => expect(fake.last('Providers.RemoveKeys')).toEqual([[11]]))
  })
})

describe('the keys of a provider', () => {
  it('say how they do, and are added, switched off and removed', async () => {
    const fake = program()
    fake.keyHealth = [
      keyState(10, {
        cooldownUntil: Date.now() + 30_500,
        lastFailureAt: Date.now() - 1000,
        lastUsedAt: Date.now() - 2000,
        class: 'credential',
        reason: 'bad_key',
        message: 'Incorrect API key',
      }),
      keyState(11, { limited: 1 }),
    ]
    const { user } = await show(ProviderView, { id: 1 }, fake)
    const first = await screen.findByRole('row', { name: /sk-1/ })
    await waitFor(() => expect(first).toHaveTextContent(/Cooling down 0:3\d/))
    expect(first).toHaveTextContent(/The provider rejected the key.*Incorrect API key/)
    expect(row(/sk-2/)).toHaveTextContent('Limited on 1 member')

    const sent = () => (fake.last('Providers.Save')?.[0] as T.ProviderInput).keys
    await user.click(screen.getByRole('switch', { name: 'Key sk-1 enabled' }))
    await waitFor(() =>
      expect(sent()).toEqual([
        { id: 10, secret: '', enabled: false },
        { id: 11, secret: '', enabled: true },
      ]),
    )
    await user.click(screen.getByRole('button', { name: 'Add key' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.type(dialog.getByLabelText('Key'), ' sk-new ')
    await user.click(dialog.getByRole('button', { name: 'Add key' }))
    await waitFor(() => expect(sent()[2]).toEqual({ id: 0, secret: 'sk-new', enabled: true }))
    await user.click(screen.getByRole('button', { name: 'Remove key sk-2' }))
    const confirm = await screen.findByRole('alertdialog')
    expect(confirm).toHaveTextContent('2 other keys go on answering.')
    await user.click(within(confirm).getByRole('button', { name: 'Remove' }))
    await waitFor(() => expect(sent().map(({ id }) => id)).not.toContain(11))
  })
})
