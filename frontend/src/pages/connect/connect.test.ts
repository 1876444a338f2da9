import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { apiKey, row } from '../../testing/samples'
import { show } from '../../testing/show'
import ConnectPage from './ConnectPage.svelte'
import { thisSystem, tools, type System, type Target } from './tools'

const target = (more: Partial<Target> = {}): Target => ({
  baseUrl: 'http://127.0.0.1:8001/v1',
  key: 'hg-secret',
  group: 'chat',
  keyless: false,
  system: 'linux',
  ...more,
})

describe('what to paste', () => {
  it.each(tools.map((tool) => [tool.id, tool] as const))('into %s says it all', (_, tool) => {
    for (const system of ['windows', 'macos', 'linux'] as System[]) {
      const told = [
        ...(tool.snippets?.(target({ system })) ?? []).map(({ text }) => text),
        ...(tool.fields?.of(target({ system })) ?? []).map(([, value]) => value),
      ].join('\n')
      expect(told).toContain('http://127.0.0.1:8001/v1')
      expect(told).toContain('hg-secret')
      if (tool.id !== 'open-webui') expect(told).toContain('chat')
    }
  })

  it('leaves the key out in a shell where none is needed', () => {
    for (const system of ['windows', 'linux'] as System[]) {
      const [snippet] = tools[0]?.snippets?.(target({ system, keyless: true })) ?? []
      expect(snippet?.text).toContain('/v1/chat/completions')
      expect(snippet?.text).not.toMatch(/Authorization|hg-secret|Bearer/)
    }
  })

  it('survives names with quotes', () => {
    const group = `Ada's "best"`
    for (const tool of tools)
      for (const { text, place } of tool.snippets?.(target({ group })) ?? [])
        if (place === 'JavaScript' || place.endsWith('.toml') || place.endsWith('.yaml'))
          expect(text).toContain(JSON.stringify(group))
    const zed = tools.find(({ id }) => id === 'zed')?.snippets?.(target({ group }))[0]
    expect(JSON.parse(zed?.text ?? '').language_models.openai_compatible.Headgate).toMatchObject({
      available_models: [{ name: group }],
    })
  })

  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 'macos'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'linux'],
  ])('fits %s', (agent, system) => expect(thisSystem(agent)).toBe(system))
})

const group = (id: number, name: string) => ({
  id,
  name,
  policy: 'priority',
  keyless: false,
  rules: [],
  enabled: true,
  members: [],
  createdAt: 0,
  updatedAt: 0,
})

describe('the page', () => {
  it('makes a key for the tool and the group, and waits for its first call', async () => {
    const fake = new FakeProgram()
    fake.groups = [group(1, 'chat'), group(2, 'code')]
    fake.keys = [apiKey(1, 'Codex', { groupIds: [1] })]
    const { user } = await show(ConnectPage, {}, fake)
    await user.click(await screen.findByRole('link', { name: 'Codex' }))
    await user.selectOptions(await screen.findByLabelText('Model (group)'), 'code')
    expect(await screen.findByText(/No enabled API key may use this group/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'New key for Codex' }))
    await waitFor(() =>
      expect(fake.last('APIKeys.Create')).toEqual([
        {
          id: 0,
          name: 'Codex 2',
          groupIds: [2],
          models: false,
          enabled: true,
          expiresAt: 0,
          key: '',
        },
      ]),
    )
    expect(await screen.findByText(/export HEADGATE_API_KEY='hg-0Zx8/)).toBeVisible()
    expect(await screen.findByText('Waiting for the first call from Codex…')).toBeVisible()

    const made = fake.keys.find(({ name }) => name === 'Codex 2')
    fake.rows = [row(1, { apiKeyId: made?.id ?? 0, startedAt: Date.now() + 1000 })]
    fake.publish('calls')
    expect(await screen.findByText('Codex is connected.')).toBeVisible()
    expect(screen.getByRole('link', { name: 'See the call' })).toHaveAttribute(
      'href',
      '#/calls?call=req-1',
    )
  })

  it('says that a group needs no key here', async () => {
    const fake = new FakeProgram()
    fake.groups = [{ ...group(1, 'chat'), keyless: true }]
    await show(ConnectPage, {}, fake)
    expect(await screen.findByText(/without an API key: leave the key empty/)).toBeVisible()
    expect(screen.queryByText(/No enabled API key/)).toBeNull()
    expect(screen.queryByText(/Bearer/)).toBeNull()
  })

  it('offers the addresses by which other computers reach the gateway, always with a key', async () => {
    const fake = new FakeProgram()
    fake.groups = [{ ...group(1, 'chat'), keyless: true }]
    fake.door = { ...fake.door, reach: ['http://192.168.1.20:8001/v1'] }
    const { user } = await show(ConnectPage, {}, fake)
    const field = await screen.findByLabelText('Base URL for tools')
    expect(field).toHaveValue('http://127.0.0.1:8001/v1')
    expect(screen.queryByText(/Bearer/)).toBeNull()
    await user.selectOptions(field, 'http://192.168.1.20:8001/v1')
    expect(await screen.findByText(/http:\/\/192\.168\.1\.20:8001\/v1\/chat/)).toBeVisible()
    expect(screen.getByText(/Bearer YOUR/i)).toBeVisible()
    expect(screen.queryByText(/without an API key/)).toBeNull()
    fake.door = { ...fake.door, reach: [] }
    fake.publish('gateway')
    expect(await screen.findByText(/http:\/\/127\.0\.0\.1:8001\/v1\/chat/)).toBeVisible()
    expect(screen.queryByLabelText('Base URL for tools')).toBeNull()
  })

  it('says that a first call failed', async () => {
    const fake = new FakeProgram()
    fake.groups = [group(1, 'chat')]
    fake.keys = [apiKey(1, 'laptop', { groupIds: [1] })]
    await show(ConnectPage, {}, fake)
    await screen.findByText('Waiting for the first call from curl…')
    fake.rows = [row(1, { apiKeyId: 1, state: 'failed', startedAt: Date.now() + 1000 })]
    fake.publish('calls')
    expect(await screen.findByText('curl called, but the call failed.')).toBeVisible()
  })

  it('asks for a group first', async () => {
    await show(ConnectPage, {})
    expect(await screen.findByText('No group yet')).toBeVisible()
  })
})
