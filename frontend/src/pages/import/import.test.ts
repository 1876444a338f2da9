import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import type * as T from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { member, model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import ImportPage from './ImportPage.svelte'

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', {
    models: [
      model(1, 1, 'old', { inputPrice: 1, outputPrice: 2 }),
      model(2, 1, 'gone'),
      model(3, 1, 'kept'),
    ],
  })
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
      members: [member(1, a, 2, 1)],
    },
  ]
  fake.listed = [
    { name: 'old', inputPrice: 3, outputPrice: 2, priceSource: 'provider' },
    { name: 'x/new-1', inputPrice: 5, outputPrice: 6, priceSource: 'table' },
    { name: 'x/new-2' },
    { name: 'y/other' },
  ]
  return fake
}

/** Opens the page as a link does: the hash stands before the page is there. */
async function open(hash: string, fake = program()) {
  // There is no layout here: rows are shown for a list of this height.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const shown = await show(ImportPage, {}, fake)
  location.hash = hash
  window.dispatchEvent(new HashChangeEvent('hashchange'))
  return shown
}
const input = (fake: FakeProgram) => fake.last('Providers.StartModelImport')?.[0] as T.ModelImport
const row = (name: string) => screen.getByRole('row', { name: new RegExp(name) })

describe('ImportPage of a provider', () => {
  it('starts from the differences and sends what was selected and removed', async () => {
    const { fake, user } = await open('#/providers/import?provider=1')
    await screen.findByRole('grid')
    expect(fake.last('Providers.ListModels')).toMatchObject([{ id: 1, keys: [{ id: 10 }] }])
    await screen.findByRole('row', { name: /old/ })
    expect(screen.getAllByRole('row').map((one) => one.textContent?.trim())).toEqual([
      expect.stringContaining('Model'),
      expect.stringMatching(/x\/new-1.*New.*\$5\.00 \/ \$6\.00.*from the table/s),
      expect.stringMatching(/x\/new-2.*New.*Price not known/s),
      expect.stringMatching(/y\/other.*New/s),
      expect.stringMatching(/gone.*Vanished.*member of 1 group/s),
      expect.stringMatching(/kept.*Vanished.*in no group/s),
      expect.stringMatching(/old.*Changed.*\$3\.00 \/ \$2\.00.*from the provider/s),
    ])
    await user.click(row('x/new-1'))
    await user.click(row('old'))
    await user.click(screen.getByRole('checkbox', { name: 'Remove gone' }))
    expect(screen.getByText('2 of 4 selected')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Review' }))
    expect(await screen.findByText('leaves chat')).toBeVisible()
    expect(screen.getByText(/\$1\.00 in, \$2\.00 out → \$3\.00 in/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Import 3 models' }))
    expect(await screen.findByText('The import is done')).toBeVisible()
    const prices = { cachedInputPrice: null, callPrice: null, contextTokens: 0 }
    expect(input(fake)).toMatchObject({ provider: { id: 1, name: 'A' }, remove: [2] })
    expect(input(fake).models).toEqual([
      { name: 'x/new-1', alias: '', ...prices, inputPrice: 5, outputPrice: 6 },
      { name: 'old', alias: '', ...prices, inputPrice: 3, outputPrice: 2 },
    ])
    expect(screen.getByText('1 model added')).toBeVisible()
    expect(screen.getByRole('link', { name: 'Go to A' })).toHaveAttribute('href', '#/providers/1')
  })

  it('filters, selects all that match, and names a group for each', async () => {
    const { fake, user } = await open('#/providers/import?provider=1&show=all')
    await screen.findByRole('grid')
    await user.selectOptions(screen.getByLabelText('Filter'), 'Only with')
    const words = screen.getByLabelText('Keywords, with commas between')
    await user.type(words, 'NEW-, other')
    await user.click(screen.getByRole('button', { name: 'Select all 3' }))
    await user.click(row('y/other'))
    await user.click(screen.getByRole('button', { name: 'Invert' }))
    await user.click(screen.getByRole('button', { name: 'Invert' }))
    await user.selectOptions(screen.getByLabelText('Groups'), 'A group per model')
    await user.type(screen.getByLabelText('Prefix'), 'my-')
    await user.type(screen.getByLabelText('Find'), '-\\d$')
    await user.click(screen.getAllByRole('checkbox', { name: 'Regex' })[1]!)
    expect(row('x/new-1')).toHaveTextContent(/my-new\s*new, with 1 other/)
    await user.click(screen.getByRole('button', { name: 'Review' }))
    await user.click(await screen.findByRole('button', { name: 'Import 2 models' }))
    await screen.findByText('The import is done')
    expect(input(fake).models.map(({ name, alias }) => [name, alias])).toEqual([
      ['x/new-1', 'my-new'],
      ['x/new-2', 'my-new'],
    ])
    expect(screen.getByText('1 group made')).toBeVisible()
  })

  it('tells a bad expression in place, and which names no group can have', async () => {
    const { fake, user } = await open('#/providers/import?provider=1')
    await screen.findByRole('grid')
    await user.selectOptions(screen.getByLabelText('Filter'), 'All without')
    await user.click(screen.getByRole('checkbox', { name: 'Regex' }))
    await user.type(screen.getByLabelText('Keywords, with commas between'), '(')
    expect(screen.getByRole('alert')).toHaveTextContent('no valid regular expression')
    expect(row('x/new-1')).toBeVisible()
    await user.clear(screen.getByLabelText('Keywords, with commas between'))
    await user.selectOptions(screen.getByLabelText('Groups'), 'One group for all')
    await user.click(row('x/new-1'))
    expect(row('x/new-1')).toHaveTextContent('no valid group name')
    await user.click(screen.getByRole('button', { name: 'Review' }))
    expect(await screen.findByRole('button', { name: 'Import 0 models' })).toBeDisabled()
    expect(fake.last('Providers.StartModelImport')).toBeUndefined()
  })

  it('prices what has no price, and one row by itself with its group', async () => {
    const { fake, user } = await open('#/providers/import?provider=1&alias=one&group=chat')
    await screen.findByRole('grid')
    await user.click(row('x/new-1'))
    await user.click(row('x/new-2'))
    await user.click(row('y/other'))
    expect(row('x/new-1')).toHaveTextContent('joins as last member')
    await user.click(screen.getByRole('button', { name: 'Set prices…' }))
    await user.click(screen.getByRole('radio', { name: 'Per call' }))
    await user.type(screen.getByRole('textbox', { name: 'Per call' }), '0.01')
    await user.click(screen.getByRole('button', { name: 'Apply' }))
    await user.click(screen.getByRole('button', { name: /^Edit y\/other/ }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.clear(dialog.getByLabelText('Group'))
    await user.click(dialog.getByRole('radio', { name: 'Per million tokens' }))
    await user.type(dialog.getByLabelText('Input'), '7')
    await user.click(dialog.getByRole('button', { name: 'Apply' }))
    await user.click(screen.getByRole('button', { name: 'Review' }))
    await user.click(await screen.findByRole('button', { name: 'Import 3 models' }))
    await screen.findByText('The import is done')
    expect(
      input(fake).models.map(({ name, alias, inputPrice, callPrice }) => [
        name,
        alias,
        inputPrice,
        callPrice,
      ]),
    ).toEqual([
      ['x/new-1', 'chat', 5, null],
      ['x/new-2', 'chat', null, 0.01],
      ['y/other', '', 7, null],
    ])
  })

  it('says why no list came, and gets it on Retry', async () => {
    const fake = program()
    fake.probe = {
      ...fake.probe,
      ok: false,
      status: 401,
      class: 'credential',
      reason: 'bad_key',
      message: 'Incorrect API key',
    }
    const { user } = await open('#/providers/import?provider=1', fake)
    expect(await screen.findByText('Key rejected')).toBeVisible()
    expect(screen.getByText('Incorrect API key')).toBeVisible()
    expect(screen.getByText(/Check the key: copied whole/)).toBeVisible()
    fake.probe = { ...fake.probe, ok: true }
    await user.click(screen.getByRole('button', { name: 'Retry' }))
    expect(await screen.findByRole('grid')).toBeVisible()
  })

  it('keeps few rows for 10,000 models', async () => {
    const fake = program()
    fake.listed = Array.from({ length: 10_000 }, (_, i) => ({ name: `m-${i}` }))
    const { view } = await open('#/providers/import?provider=1', fake)
    const grid = await screen.findByRole('grid')
    expect(grid).toHaveAttribute('aria-rowcount', '10004')
    await waitFor(() => expect(screen.getAllByRole('row').length).toBeGreaterThan(15))
    expect(view.container.querySelectorAll('[role=grid] *').length).toBeLessThan(400)
  })
})

describe('ImportPage of a new provider', () => {
  it('sends the settings, cancels, and comes back to what was chosen', async () => {
    const fake = program()
    fake.importLooks = 1000
    const { user } = await open('#/providers/import', fake)
    await user.type(await screen.findByLabelText('Base URL'), 'https://b.example/v1')
    await user.type(screen.getByLabelText('Key 1'), 'sk-b')
    await user.click(screen.getByRole('button', { name: 'Fetch models' }))
    await screen.findByRole('grid')
    await user.click(screen.getByRole('button', { name: 'Select all 4' }))
    await user.click(screen.getByRole('button', { name: 'Review' }))
    expect(await screen.findByText('The provider b.example is added.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Import 4 models' }))
    expect(await screen.findByRole('progressbar')).toBeVisible()
    expect(input(fake).provider).toMatchObject({
      id: 0,
      name: 'b.example',
      baseUrl: 'https://b.example/v1',
      keys: [{ id: 0, secret: 'sk-b', enabled: true }],
    })
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(await screen.findByText('Canceled; nothing was changed')).toBeVisible()
    expect(fake.last('Providers.CancelModelImport')).toEqual([expect.stringMatching(/^import-/)])
    expect(fake.providers).toHaveLength(1)
  })

  it('offers the address with or without /v1 when there is no list', async () => {
    const fake = program()
    fake.probe = { ...fake.probe, ok: false, status: 404, class: 'x', reason: 'wrong_path' }
    const { user } = await open('#/providers/import', fake)
    await user.type(await screen.findByLabelText('Base URL'), 'https://b.example/')
    await user.click(screen.getByRole('button', { name: 'Fetch models' }))
    const other = await screen.findByRole('button', { name: 'Try https://b.example/v1' })
    fake.probe = { ...fake.probe, ok: true }
    await user.click(other)
    await screen.findByRole('grid')
    expect(fake.last('Providers.ListModels')).toMatchObject([{ baseUrl: 'https://b.example/v1' }])
  })

  it('complains beside the fields and asks nobody', async () => {
    const { fake, user } = await open('#/providers/import')
    await user.type(await screen.findByLabelText('Name'), 'A')
    await user.click(screen.getByRole('button', { name: 'Fetch models' }))
    expect(screen.getByLabelText('Base URL')).toHaveAccessibleDescription('This field is required')
    await user.type(screen.getByLabelText('Base URL'), 'https://b.example/v1')
    await user.click(screen.getByRole('button', { name: 'Fetch models' }))
    expect(screen.getByLabelText('Name')).toHaveAccessibleDescription(/already in use/)
    expect(fake.last('Providers.ListModels')).toBeUndefined()
  })

  it('follows an import that the hash names, or says that it is unknown', async () => {
    await open('#/providers/import?run=lost')
    const alert = await screen.findByRole('alert')
    await waitFor(() => expect(alert).toHaveTextContent("The import can't be followed"))
  })
})
