import { screen, waitFor, within } from '@testing-library/svelte'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change, OldServerPreview } from '../../lib/api'
import { Imports } from '../../lib/state/imports.svelte'
import { FakeProgram } from '../../testing/fake'
import { show } from '../../testing/show'
import ImportPage from './import/ImportPage.svelte'
import MovingSection from './MovingSection.svelte'

const file = { id: 'up-1', name: 'headgate.json', size: 2048 }

function change(action: string, kind: string, name: string, more: Partial<Change> = {}): Change {
  return { action, kind, name, of: '', details: [], ...more }
}

const oldServer = (providers: number): OldServerPreview => ({
  providers: Array.from({ length: providers }, (_, i) => ({
    name: `relay${i}`,
    baseUrl: `https://relay${i}.example/v1`,
    keyHint: 'sk-o…a1a1',
    known: i === 1,
    rows: [`relay${i}.gpt`, `relay${i}.qwen`],
    models: [
      { name: 'gpt-5', enabled: true, tokenPrice: 2, callPrice: null, known: false },
      { name: 'qwen3', enabled: false, tokenPrice: null, callPrice: 0.15, known: false },
    ],
  })),
  groups: [
    {
      name: 'chat',
      known: false,
      members: [
        { provider: 'relay1', model: 'qwen3', priority: 20, enabled: true, known: false },
        { provider: 'relay0', model: 'gpt-5', priority: 10, enabled: true, known: false },
      ],
    },
  ],
  apiKeys: [
    { name: 'Old server key 1', hint: 'sk-A…9xYz', enabled: true, known: false, groups: ['chat'] },
  ],
  keywords: [{ text: 'quota exceeded', description: '', enabled: true, known: false }],
  failover: { count: 3, minutes: null },
  calls: { count: 300, first: 1_755_656_220_000, last: 1_756_499_400_000, keepDays: 90 },
  oddities: [
    { code: 'group_empty', where: 'model_groups[4]', params: { Name: 'empty' } },
    { code: 'key_missing', where: 'api_providers[7]', params: { Name: 'relay9' } },
  ],
})

beforeEach(() => void vi.spyOn(Imports, 'pause', 'get').mockReturnValue(1))

async function open(fake = new FakeProgram()) {
  fake.upload ??= file
  const shown = await show(ImportPage, {}, fake)
  const press = (name: string | RegExp) => shown.user.click(screen.getByRole('button', { name }))
  return { ...shown, press }
}

describe('Import of a configuration', () => {
  it('shows what would change, then does it, and shows made keys once', async () => {
    const fake = new FakeProgram()
    fake.changes = [
      change('created', 'provider', 'Groq'),
      change('created', 'model', 'llama-4', { of: 'Groq' }),
      change('unchanged', 'keyword', 'quota'),
    ]
    fake.madeKeys = [
      { name: 'laptop', key: 'hg-made1' },
      { name: 'phone', key: 'hg-made2' },
    ]
    const { press } = await open(fake)
    await press('Choose a file…')
    expect(await screen.findByText('llama-4 of Groq')).toBeVisible()
    expect(fake.last('Imports.Preview')).toEqual(['up-1', ''])
    expect(screen.getByText(/2 changes\. Nothing has been imported yet\./)).toBeVisible()
    expect(fake.last('Imports.Start')).toBeUndefined()
    await press('Import')
    expect(await screen.findByText('Imported: 2 changes')).toBeVisible()
    expect(fake.last('Imports.Start')).toEqual(['up-1', '', false])
    expect(screen.getByText('hg-made1')).toBeVisible()
    await press('Copy all')
    expect(fake.copied).toBe('laptop\thg-made1\nphone\thg-made2')
    expect(screen.getByRole('link', { name: 'Providers' })).toHaveAttribute('href', '#/providers')
    await press('Another file')
    expect(screen.queryByText('hg-made1')).toBeNull()
  })

  it('has nothing to import when everything is there', async () => {
    const fake = new FakeProgram()
    fake.changes = [change('unchanged', 'provider', 'Groq')]
    const { press } = await open(fake)
    await press('Choose a file…')
    expect(await screen.findByText(/Everything is there already/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Import' })).toBeDisabled()
  })

  it('asks for a passphrase until it is right', async () => {
    const fake = new FakeProgram()
    fake.passphrase = 'correct horse'
    fake.changes = [change('created', 'group', 'chat')]
    const { user, press } = await open(fake)
    await press('Choose a file…')
    await user.type(await screen.findByLabelText('Passphrase'), 'wrong{Enter}')
    const field = await screen.findByLabelText('Passphrase')
    await waitFor(() => expect(field).toBeInvalid())
    await user.clear(field)
    await user.type(field, 'correct horse{Enter}')
    expect(await screen.findByText('chat')).toBeVisible()
    await press('Import')
    await screen.findByText('Imported: 1 change')
    expect(fake.last('Imports.Start')).toEqual(['up-1', 'correct horse', false])
  })

  it('says what is wrong with a file, and takes another', async () => {
    const fake = new FakeProgram()
    fake.failing.set('Imports.Preview', { code: 'import_malformed', params: { Line: '3' } })
    const { press } = await open(fake)
    await press('Choose a file…')
    expect(await screen.findByRole('alert')).toHaveTextContent('at line 3')
    fake.failing.clear()
    fake.changes = [change('created', 'group', 'chat')]
    await press('Choose a file…')
    expect(await screen.findByText('chat')).toBeVisible()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('stays as it was when no file is chosen', async () => {
    const fake = new FakeProgram()
    const { press } = await open(fake)
    fake.upload = null
    await press('Choose a file…')
    expect(screen.getByRole('button', { name: 'Choose a file…' })).toBeEnabled()
    expect(fake.last('Imports.Preview')).toBeUndefined()
  })

  it('finds one among many by name, kind of change or what changed', async () => {
    const fake = new FakeProgram()
    fake.changes = Array.from({ length: 400 }, (_, i) =>
      change(i % 2 ? 'changed' : 'created', 'model', `model-${i}`, { of: 'Groq' }),
    )
    const { user, press } = await open(fake)
    await press('Choose a file…')
    const fold = await screen.findByRole('button', { name: /^Models/ })
    expect(screen.queryByText('model-0 of Groq')).toBeNull()
    await user.click(fold)
    expect(screen.getAllByRole('listitem').length).toBeLessThan(60)
    await press(/^Changed/)
    await user.type(screen.getByLabelText('Filter'), 'groq 399')
    expect(screen.getByText('model-399 of Groq')).toBeVisible()
    expect(screen.getAllByRole('listitem')).toHaveLength(1)
    await user.type(screen.getByLabelText('Filter'), ' no')
    expect(screen.getByText('Nothing matches the filter')).toBeVisible()
  })

  it('finds an import that runs already', async () => {
    const fake = new FakeProgram()
    const running = {
      running: true,
      count: 10,
      total: 40,
      error: null,
      changes: [],
      madeKeys: [],
      oddities: [],
    }
    fake.progress = [running, { ...running, running: false, count: 40 }]
    await open(fake)
    expect(await screen.findByText('40 calls looked at and brought along.')).toBeVisible()
  })

  it('says how far it came when it ended early', async () => {
    const fake = new FakeProgram()
    fake.upload = { ...file, name: 'api_server.db' }
    fake.oldServer = oldServer(1)
    fake.changes = [change('created', 'provider', 'relay0')]
    const { press } = await open(fake)
    await press('Choose a file…')
    await screen.findByText('Found in the old server')
    await press('Import')
    await screen.findByText('Imported: 1 change')
    await press('Another file')
    fake.failing.set('Imports.Start', { code: 'import_running', params: {} })
    await press('Choose a file…')
    await screen.findByText('Found in the old server')
    await press('Import')
    expect(await screen.findByText('Nothing was imported')).toBeVisible()
  })
})

describe('Moving over', () => {
  it('shows what becomes of what', async () => {
    const fake = new FakeProgram()
    fake.upload = { id: 'up-2', name: 'api_server.db', size: 90_000 }
    fake.oldServer = oldServer(300)
    fake.changes = [change('created', 'provider', 'relay0')]
    const { user, press } = await open(fake)
    await press('Choose a file…')
    expect(await screen.findByText('Found in the old server')).toBeVisible()
    // Hundreds of providers stay a short list.
    expect(screen.getAllByRole('button', { name: /^relay/ })).toHaveLength(20)
    await user.type(screen.getByLabelText('Filter'), 'relay277.qwen')
    const provider = screen.getByRole('button', { name: /^relay277/ })
    await user.click(provider)
    expect(screen.getByRole('row', { name: /gpt-5 \$2\.00 per million tokens/ })).toBeVisible()
    expect(screen.getByRole('row', { name: /qwen3 \$0\.15 per call Off/ })).toBeVisible()
    await user.clear(screen.getByLabelText('Filter'))
    await press(/^chat/)
    const members = screen.getAllByRole('row').map((row) => row.textContent.trim())
    expect(members.slice(-2)).toEqual([
      expect.stringMatching(/^10\s*gpt-5/),
      expect.stringMatching(/^20\s*qwen3/),
    ])
    expect(
      screen.getByText('The group “empty” has no members. Calls to it fail until it gets some.'),
    ).toBeVisible()
    expect(screen.getByText('Failures: 3')).toBeVisible()
  })

  it('brings calls along when asked to', async () => {
    const fake = new FakeProgram()
    fake.upload = { id: 'up-2', name: 'api_server.db', size: 90_000 }
    fake.oldServer = oldServer(2)
    fake.changes = [change('created', 'provider', 'relay0')]
    const { user, press } = await open(fake)
    await press('Choose a file…')
    await user.click(await screen.findByRole('switch', { name: 'Bring 300 calls along' }))
    expect(screen.getByText(/older than the 90 days/)).toBeVisible()
    await press('Import')
    expect(await screen.findByText('300 calls looked at and brought along.')).toBeVisible()
    expect(fake.last('Imports.Start')).toEqual(['up-2', '', true])
    const done = screen.getByText('Imported: 1 change').closest('[role=status]') as HTMLElement
    expect(within(done).getByRole('link', { name: 'Calls' })).toHaveAttribute('href', '#/calls')
  })

  it('begins with the file', async () => {
    const fake = new FakeProgram()
    fake.upload = { id: 'up-2', name: 'api_server.db', size: 90_000 }
    fake.oldServer = oldServer(2)
    const { user } = await show(MovingSection, {}, fake)
    await user.click(screen.getByRole('button', { name: 'Choose api_server.db…' }))
    await waitFor(() => expect(location.hash).toBe('#/settings/import'))
    expect(fake.last('Imports.Preview')).toEqual(['up-2', ''])
  })
})
