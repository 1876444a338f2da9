import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import AddModels from './AddModels.svelte'
import ModelForm from './ModelForm.svelte'
import ProviderForm from './ProviderForm.svelte'
import ProvidersPage from './ProvidersPage.svelte'

describe('ProviderForm', () => {
  it('sends what was typed, trimmed, without empty rows', async () => {
    const onsaved = vi.fn()
    const { fake, user } = await show(ProviderForm, { onclose: () => {}, onsaved })
    await user.selectOptions(screen.getByLabelText('Service'), 'Groq')
    expect(screen.getByLabelText('Base URL')).toHaveValue('https://api.groq.com/openai/v1')
    await user.clear(screen.getByLabelText('Name'))
    await user.type(screen.getByLabelText('Name'), '  Mine ')
    await user.type(screen.getByLabelText('Key 1'), 'gsk_secret')
    await user.click(screen.getByRole('button', { name: 'Add key' }))
    await user.click(screen.getByText('Advanced'))
    await user.click(screen.getByRole('button', { name: 'Add header' }))
    await user.type(screen.getByLabelText('Header name'), 'X-Title')
    await user.type(screen.getByLabelText('Header value'), 'H')
    await user.type(screen.getByLabelText('Proxy'), 'socks5://127.0.0.1:1080')
    expect(screen.getByLabelText('Whole reply')).toHaveAttribute('placeholder', '600')
    await user.type(screen.getByLabelText('Whole reply'), '30')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(onsaved).toHaveBeenCalled())
    expect(fake.last('Providers.Save')).toEqual([
      {
        id: 0,
        name: 'Mine',
        proxy: 'socks5://127.0.0.1:1080',
        rules: [],
        timeouts: {
          connectSeconds: 0,
          firstTokenSeconds: 0,
          streamIdleSeconds: 0,
          replySeconds: 30,
        },
        dialect: 'openai',
        baseUrl: 'https://api.groq.com/openai/v1',
        enabled: true,
        headers: [{ name: 'X-Title', value: 'H', hint: '' }],
        keys: [{ id: 0, secret: 'gsk_secret', enabled: true }],
      },
    ])
  })

  it('keeps a stored header value unseen, or replaces it', async () => {
    const headers = [{ name: 'X-Gate', value: '', hint: 'gate…6789' }]
    const onsaved = vi.fn()
    const { fake, user } = await show(ProviderForm, {
      provider: provider(1, 'A', { headers }),
      onclose: () => {},
      onsaved,
    })
    const value = screen.getByLabelText('Header value')
    expect(value).toHaveAttribute('type', 'password')
    expect(value).toHaveAttribute('placeholder', expect.stringContaining('gate…6789'))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(onsaved).toHaveBeenCalledTimes(1))
    expect(fake.last('Providers.Save')).toMatchObject([{ headers }])
    await user.type(value, 'another')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(onsaved).toHaveBeenCalledTimes(2))
    expect(fake.last('Providers.Save')).toMatchObject([{ headers: [{ value: 'another' }] }])
  })

  it('complains beside the fields and sends nothing', async () => {
    const { fake, user } = await show(ProviderForm, { onclose: () => {}, onsaved: () => {} })
    await user.type(screen.getByLabelText('Base URL'), 'api.example.com')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(screen.getByLabelText('Name')).toHaveAccessibleDescription('This field is required')
    expect(screen.getByLabelText('Base URL')).toHaveAccessibleDescription(/whole address/)
    expect(fake.last('Providers.Save')).toBeUndefined()
  })

  it('keeps, replaces and removes stored keys', async () => {
    const stored = provider(1, 'A', {
      keys: [
        { id: 1, hint: 'sk-1', enabled: true },
        { id: 2, hint: 'sk-2', enabled: true },
        { id: 3, hint: 'sk-3', enabled: true },
      ],
    })
    const { fake, user } = await show(ProviderForm, {
      provider: stored,
      onclose: () => {},
      onsaved: () => {},
    })
    await user.click(screen.getByRole('switch', { name: 'Key sk-1 enabled' }))
    await user.type(screen.getByLabelText('Replace key sk-2'), 'new')
    await user.click(screen.getByRole('button', { name: 'Remove key sk-3' }))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(fake.last('Providers.Save')).toBeDefined())
    expect(fake.last('Providers.Save')).toMatchObject([
      {
        keys: [
          { id: 1, secret: '', enabled: false },
          { id: 2, secret: 'new', enabled: true },
        ],
      },
    ])
  })

  it('tests unsaved settings and says in words what failed', async () => {
    const fake = new FakeProgram()
    fake.probe = {
      ok: false,
      status: 401,
      class: 'credential',
      reason: 'a_reason_without_text',
      message: 'Incorrect API key provided',
      latencyMs: 120,
      models: [],
    }
    const { user } = await show(ProviderForm, { onclose: () => {}, onsaved: () => {} }, fake)
    await user.type(screen.getByLabelText('Base URL'), 'https://a.example/v1')
    await user.click(screen.getByRole('button', { name: 'Test connection' }))
    expect(await screen.findByText('Key rejected')).toBeVisible()
    expect(screen.getByText('HTTP 401, 120ms')).toBeVisible()
    expect(screen.getByText('Incorrect API key provided')).toBeVisible()
    expect(fake.last('Providers.Save')).toBeUndefined()
  })

  it('shows why a save was refused', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Providers.Save', { code: 'internal' })
    const { user } = await show(ProviderForm, { onclose: () => {}, onsaved: () => {} }, fake)
    await user.type(screen.getByLabelText('Name'), 'A')
    await user.type(screen.getByLabelText('Base URL'), 'https://a.example/v1')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Something went wrong')
  })
})

describe('models', () => {
  it('are typed in by hand, with their prices', async () => {
    const fake = new FakeProgram()
    const owner = provider(1, 'A', { models: [model(1, 1, 'gpt-4.1')] })
    fake.providers = [owner]
    const onclose = vi.fn()
    const { user } = await show(AddModels, { provider: owner, onclose }, fake)
    await user.type(screen.getByLabelText('Type in model IDs'), 'gpt-4.1')
    await user.click(screen.getByRole('button', { name: 'Add models' }))
    expect(await screen.findByText('The provider already has all of these')).toBeVisible()
    await user.type(screen.getByLabelText('Type in model IDs'), ', mine o4-mini')
    await user.type(screen.getByLabelText('Input'), '0,4')
    await user.type(screen.getByLabelText('Output'), '1.60')
    await user.click(screen.getByRole('button', { name: 'Add 2 models' }))
    await waitFor(() => expect(onclose).toHaveBeenCalled())
    const sent = fake.sent
      .filter(({ method }) => method === 'Providers.SaveModel')
      .map(({ args }) => args[0])
    expect(sent).toEqual(
      ['mine', 'o4-mini'].map((name) => model(0, 1, name, { inputPrice: 0.4, outputPrice: 1.6 })),
    )
  })

  it('change from token prices to a price per call', async () => {
    const before = model(5, 1, 'm', { inputPrice: 1, outputPrice: 2, contextTokens: 128_000 })
    const onclose = vi.fn()
    const { fake, user } = await show(ModelForm, { model: before, onclose })
    await user.click(screen.getByRole('radio', { name: 'Per call' }))
    await user.type(screen.getByRole('textbox', { name: 'Per call' }), 'x')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText(/such as 0.25/)).toBeVisible()
    await user.clear(screen.getByRole('textbox', { name: 'Per call' }))
    await user.type(screen.getByRole('textbox', { name: 'Per call' }), '0')
    await user.clear(screen.getByLabelText('Context tokens'))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(onclose).toHaveBeenCalled())
    expect(fake.last('Providers.SaveModel')).toEqual([model(5, 1, 'm', { callPrice: 0 })])
  })
})

describe('ProvidersPage', () => {
  it('offers one action when empty', async () => {
    await show(ProvidersPage, {})
    expect(await screen.findByRole('heading', { name: 'No providers yet' })).toBeVisible()
    expect(screen.getAllByRole('button', { name: 'Add provider' })).toHaveLength(1)
  })

  it('says what could not be loaded, and loads it on Retry', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Providers.List', { code: 'internal' })
    const { user } = await show(ProvidersPage, {}, fake)
    const alert = await screen.findByRole('alert')
    expect(alert).toHaveTextContent('The providers could not be loaded')
    await user.click(within(alert).getByRole('button', { name: 'Copy details' }))
    expect(fake.copied).toContain('"method":"Providers.List"')
    fake.failing.clear()
    fake.providers = [provider(1, 'A')]
    await user.click(within(alert).getByRole('button', { name: 'Retry' }))
    expect(await screen.findByRole('link', { name: 'A' })).toBeVisible()
  })

  it('switches a provider off', async () => {
    const fake = new FakeProgram()
    fake.providers = [provider(1, 'A', { models: [model(1, 1, 'm')] })]
    const { user } = await show(ProvidersPage, {}, fake)
    await user.click(await screen.findByRole('switch', { name: 'Provider A enabled' }))
    expect(fake.last('Providers.SetEnabled')).toEqual([1, false])
    expect(await screen.findByText('Off')).toBeVisible()
  })
})
