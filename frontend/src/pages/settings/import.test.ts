import { screen, waitFor, within } from '@testing-library/svelte'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Imports } from '../../lib/state/imports.svelte'
import { FakeProgram } from '../../testing/fake'
import { change, oldServer } from '../../testing/moving'
import { show } from '../../testing/show'
import ImportPage from './import/ImportPage.svelte'
import MovingSection from './MovingSection.svelte'

const file = { id: 'up-1', name: 'headgate.json', size: 2048 }

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
    expect(screen.getByText('2 changes.')).toBeVisible()
    expect(screen.getByText('Nothing has been imported yet.')).toBeVisible()
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
    expect(await screen.findByText('40 calls checked; what was missing was added.')).toBeVisible()
  })

  it('says what was done before it ended early', async () => {
    const fake = new FakeProgram()
    fake.progress = [
      {
        ...{ running: true, count: 10, total: 40, error: null },
        ...{ changes: [], madeKeys: [], oddities: [] },
      },
      {
        ...{ running: false, count: 10, total: 40 },
        error: { code: 'old_database_changing', params: { File: 'api_server.db' } },
        changes: [change('created', 'provider', 'relay0')],
        madeKeys: [],
        oddities: [{ code: 'calls_kept', where: 'call_logs[*]', params: { Days: '90' } }],
      },
    ]
    await open(fake)
    const alert = await screen.findByRole('alert')
    expect(alert).toHaveTextContent('The import ended early')
    expect(alert).toHaveTextContent('Stop the old server')
    expect(screen.getByText('relay0')).toBeVisible()
    expect(screen.getByText(/kept calls for 90 days/)).toBeVisible()
    expect(screen.queryByText(/what was missing was added/)).toBeNull()
  })

  it('says why it could not begin, and keeps the preview', async () => {
    const fake = new FakeProgram()
    fake.changes = [change('created', 'group', 'chat')]
    const { press } = await open(fake)
    await press('Choose a file…')
    await screen.findByText('chat')
    fake.failing.set('Imports.Start', { code: 'import_running', params: {} })
    await press('Import')
    expect(await screen.findByText('Nothing was imported')).toBeVisible()
    expect(screen.getByText('chat')).toBeVisible()
    fake.failing.clear()
    await press('Import')
    expect(await screen.findByText('Imported: 1 change')).toBeVisible()
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
    expect(await screen.findByText('300 calls checked; what was missing was added.')).toBeVisible()
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
