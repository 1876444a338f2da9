import { screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CallQuery } from '../../lib/api'
import { anyCall } from '../../lib/api/any-call'
import { FakeProgram } from '../../testing/fake'
import { apiKey, attempt, provider, row } from '../../testing/samples'
import { show } from '../../testing/show'
import CallsPage from './CallsPage.svelte'

const message = 'All 3 members failed: rate limit exceeded.'

function program() {
  const fake = new FakeProgram()
  fake.providers = [provider(1, 'OpenAI')]
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
      members: [],
    },
  ]
  fake.keys = [apiKey(1, 'laptop')]
  fake.rows = [
    row(1, { state: 'failed', status: 502, errorCode: 'upstream_error', message }),
    row(2, {
      model: 'gpt-5',
      state: 'refused',
      status: 404,
      provider: '',
      providerId: 0,
      member: '',
    }),
    row(3),
  ]
  return fake
}

const asked = (fake: FakeProgram) => fake.last('Calls.Page')?.[0] as CallQuery
const line = (text: RegExp) => screen.findByRole('row', { name: text })

async function open(fake = program(), hash = '#/calls') {
  const shown = await show(CallsPage, {}, fake)
  location.hash = hash
  await screen.findByRole('heading', { name: 'Calls' })
  return shown
}

beforeEach(() => {
  // What a window has and the test's doesn't.
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 600 })
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 1000 })
})
afterEach(() => void (location.hash = ''))

describe('the calls', () => {
  it('tell what went wrong in the row', async () => {
    await open()
    expect(await line(/Failed 502/)).toHaveTextContent(`The provider failed · ${message}`)
    expect(await line(/Refused 404/)).toHaveTextContent('gpt-5')
    expect(await line(/Success/)).toHaveTextContent(/OpenAI.gpt-4.1-mini/)
  })

  it('are asked for as the hash says', async () => {
    const { fake } = await open(
      program(),
      '#/calls?state=failed,refused&group=1&provider=1&member=m&model=chat&key=1&text=rate&range=custom&from=2026-11-01&until=2026-11-02',
    )
    await waitFor(() =>
      expect(asked(fake)).toEqual({
        ...anyCall,
        limit: 100,
        states: ['failed', 'refused'],
        groupId: 1,
        providerId: 1,
        apiKeyId: 1,
        member: 'm',
        model: 'chat',
        text: 'rate',
        from: new Date(2026, 10, 1).getTime(),
        to: new Date(2026, 10, 3).getTime(),
      }),
    )
    expect(await screen.findByText('Nothing matches')).toBeVisible()
  })

  it('are filtered by chosen values, which stand there as chips', async () => {
    const { fake, user } = await open()
    await user.click(await screen.findByRole('button', { name: 'Problems' }))
    await waitFor(() =>
      expect(asked(fake).states).toEqual(['failed', 'partial', 'interrupted', 'refused']),
    )
    await user.click(screen.getByRole('button', { name: '7 days' }))
    await user.click(screen.getByRole('button', { name: 'Filter' }))
    await user.selectOptions(await screen.findByLabelText('API key'), 'laptop')
    await user.selectOptions(screen.getByLabelText('Provider'), 'OpenAI')
    await waitFor(() => expect(asked(fake)).toMatchObject({ apiKeyId: 1, providerId: 1 }))
    expect(location.hash).toBe(
      '#/calls?state=failed%2Cpartial%2Cinterrupted%2Crefused&range=7d&key=1&provider=1',
    )
    await user.keyboard('{Escape}')
    const chips = screen.getByRole('list', { name: 'Active filters' })
    expect(chips).toHaveTextContent('Provider OpenAI')
    await user.click(within(chips).getByRole('button', { name: 'Remove filter API key: laptop' }))
    await waitFor(() => expect(asked(fake)).toMatchObject({ apiKeyId: 0, providerId: 1 }))
    // The other page is about the same calls.
    expect(screen.getByRole('link', { name: 'Dashboard' })).toHaveAttribute(
      'href',
      '#/dashboard?range=7d&provider=1',
    )
    await user.click(within(chips).getByRole('button', { name: 'Clear all' }))
    await waitFor(() => expect(location.hash).toBe('#/calls?range=7d'))
  })

  it('are found by a text or an ID', async () => {
    const { fake, user } = await open()
    const id = 'req_01abcdefghjkmnpqrstvwxyz01'
    fake.rows.push(row(4, { id }))
    const box = await screen.findByLabelText('Text or call ID')
    await user.type(box, 'limit')
    await waitFor(() => expect(asked(fake)).toMatchObject({ text: 'limit', id: '' }))
    await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2))
    await user.clear(box)
    await user.type(box, id)
    await waitFor(() => expect(asked(fake)).toMatchObject({ text: '', id }))
  })

  it('have a menu that filters by their values, by keyboard', async () => {
    const { fake, user } = await open()
    await line(/Refused/)
    screen.getByRole('grid').focus()
    await user.keyboard('{ArrowDown}{ArrowDown}{Alt>}{Enter}{/Alt}')
    const menu = await screen.findByRole('menu', { name: 'Actions for this call' })
    const items = within(menu).getAllByRole('menuitem')
    expect(items.map(({ textContent }) => textContent?.trim())).toEqual([
      'Show details',
      'Only Status: Refused',
      'Only Model asked for: gpt-5',
      'Only Group: chat',
      'Only API key: laptop',
      'Calls around this time',
      'Copy call ID',
    ])
    await user.click(within(menu).getByRole('menuitem', { name: 'Only Model asked for: gpt-5' }))
    await waitFor(() => expect(asked(fake).model).toBe('gpt-5'))
    expect(location.hash).toBe('#/calls?model=gpt-5')
  })

  it('wait while the list is paused', async () => {
    const { fake, user } = await open()
    await line(/Success/)
    await user.click(screen.getByRole('button', { name: 'Pause' }))
    fake.rows.push(row(4, { model: 'fresh' }))
    fake.publish('calls')
    const pill = await screen.findByRole('button', { name: '1 new call' })
    expect(screen.queryByText('fresh')).toBeNull()
    await user.click(pill)
    expect(await screen.findByText('fresh')).toBeVisible()
    expect(screen.getByText('Live')).toBeVisible()
  })

  it('are looked for further when a search was cut', async () => {
    const fake = program()
    fake.rows.push(...Array.from({ length: 60 }, (_, i) => row(i + 10)))
    fake.lookBack = 40
    const { user } = await open(fake, '#/calls?text=exceeded')
    expect(await screen.findByText('Nothing found yet')).toBeVisible()
    expect(screen.getByText('Looked through about 50,000 calls so far.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Look further' }))
    expect(await line(/Failed 502/)).toBeVisible()
  })

  it('are exported as they are filtered', async () => {
    const fake = program()
    fake.savesAs = 'calls.csv'
    const { user } = await open(fake, '#/calls?state=failed')
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Export as CSV' }))
    await waitFor(() => expect(fake.last('Files.Save')?.[0]).toBe('calls'))
    expect(JSON.parse(fake.last('Files.Save')?.[1] as string)).toEqual({
      format: 'csv',
      query: { ...anyCall, states: ['failed'] },
    })
  })

  it('are cleared by their age, step by step', async () => {
    const fake = program()
    const now = Date.now()
    fake.rows = [
      ...Array.from({ length: 250 }, (_, i) => row(i + 1, { startedAt: now - 40 * 86_400_000 })),
      row(300, { startedAt: now, model: 'young' }),
    ]
    const { user } = await open(fake)
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Clear old calls…' }))
    const dialog = await screen.findByRole('dialog', { name: 'Clear old calls' })
    expect(dialog).toHaveTextContent('Statistics stay')
    await user.selectOptions(within(dialog).getByLabelText('Which calls'), 'Older than 30 days')
    await user.click(within(dialog).getByRole('button', { name: 'Clear' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: 5000 })
    expect(fake.sent.filter(({ method }) => method === 'Calls.Clear')).toHaveLength(3)
    const midnight = new Date(now).setHours(0, 0, 0, 0)
    const before = fake.last('Calls.Clear')?.[0] as number
    expect(Math.abs(midnight - before - 30 * 86_400_000)).toBeLessThanOrEqual(3_600_000)
    await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2))
  })

  it('say what went wrong with clearing, and what is gone', async () => {
    const { fake, user } = await open()
    await user.click(await screen.findByRole('button', { name: 'More actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Clear old calls…' }))
    const dialog = await screen.findByRole('dialog')
    fake.failing.set('Calls.Clear', { code: 'database_unusable' })
    await user.click(within(dialog).getByRole('button', { name: 'Clear' }))
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('Clearing did not finish')
    fake.failing.clear()
    await user.selectOptions(within(dialog).getByLabelText('Which calls'), 'All calls')
    await user.click(within(dialog).getByRole('button', { name: 'Retry' }))
    expect(await screen.findByText('No calls yet')).toBeVisible()
  })
})

describe('a call', () => {
  const opened = async (fake: FakeProgram, id: string) => {
    const shown = await open(fake, `#/calls?call=${id}`)
    const drawer = await screen.findByRole('dialog')
    await within(drawer).findByText('Started')
    return { ...shown, drawer }
  }

  it('shows every attempt with its reason, and turns to its neighbours', async () => {
    const fake = program()
    fake.rows[1] = row(2, { attempts: 2 })
    fake.attempts = [
      attempt({
        class: 'transient',
        reason: 'no_text_for_this',
        message: 'refused',
        action: 'next',
        status: 0,
        benchMs: 60_000,
        blames: 'key',
      }),
      attempt({ memberId: 2, provider: 'Good', startMs: 25 }),
    ]
    const { user, drawer } = await opened(fake, 'req-2')
    expect(within(drawer).getByText('2 attempts')).toBeVisible()
    expect(within(drawer).getByText('Provider error')).toBeVisible()
    expect(within(drawer).getByText('Then Good · gpt-4.1-mini was tried.')).toBeVisible()
    expect(
      within(drawer).getByText(
        /^The key sk-a…wxyz is passed over until .*\d\d:\d\d:\d\d \(1m\)\.$/,
      ),
    ).toBeVisible()
    expect(within(drawer).getByText(/Wait before/)).toHaveTextContent('15ms')
    await user.click(within(drawer).getByRole('button', { name: 'Copy call ID' }))
    expect(fake.copied).toBe('req-2')
    await user.click(within(drawer).getByRole('button', { name: 'Newer call (K)' }))
    expect(location.hash).toBe('#/calls?call=req-3')
    await user.keyboard('j')
    await waitFor(() => expect(location.hash).toBe('#/calls?call=req-2'))
    await user.keyboard('j')
    await waitFor(() => expect(location.hash).toBe('#/calls?call=req-1'))
    expect(await within(drawer).findByText(message)).toBeVisible()
    await user.keyboard('k')
    await waitFor(() => expect(location.hash).toBe('#/calls?call=req-2'))
  })

  it('leads on from a link that is older than the list', async () => {
    const fake = program()
    fake.rows.push(...Array.from({ length: 200 }, (_, i) => row(i + 10)))
    const { drawer, user } = await opened(fake, 'req-3')
    expect(within(drawer).getByRole('button', { name: 'Newer call (K)' })).toBeDisabled()
    await user.keyboard('j')
    await waitFor(() => expect(location.hash).toBe('#/calls?call=req-2'))
  })

  it('tells what was tried next, whatever the outcome had called for', async () => {
    const fake = program()
    fake.rows = [row(1, { state: 'failed', attempts: 3, message: 'the upstream answered 429' })]
    const limited = { class: 'rate_limited', reason: 'rate_limited', action: 'next_key' }
    fake.attempts = [
      attempt({ ...limited, keyHint: 'sk-1' }),
      attempt({ ...limited, keyHint: 'sk-2' }),
      attempt({ ...limited, memberId: 2, provider: 'B', model: 'm2' }),
    ]
    const { drawer } = await opened(fake, 'req-1')
    const cards = () => within(drawer).getAllByRole('article')
    await waitFor(() => expect(cards()).toHaveLength(3))
    expect(within(drawer).getByText('No member could answer. The last one:')).toBeVisible()
    expect(cards()[0]).toHaveTextContent('Then the key sk-2 was tried.')
    expect(cards()[1]).toHaveTextContent('Then B · m2 was tried.')
    expect(cards()[2]).toHaveTextContent(
      'No other member was left, or no more attempts were allowed.',
    )
  })

  it('filters by a value of its own', async () => {
    const { fake, user, drawer } = await opened(program(), 'req-3')
    await user.click(within(drawer).getByRole('button', { name: 'Only API key: laptop' }))
    await waitFor(() => expect(asked(fake).apiKeyId).toBe(1))
    expect(location.hash).toBe('#/calls?key=1')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('shows what it carried when it is asked to', async () => {
    const fake = program()
    const big = JSON.stringify({ text: Array.from({ length: 4000 }, (_, i) => `item ${i}`) })
    const event = (text: string) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`
    fake.bodies = {
      requestHeaders: [{ name: 'X-Title', value: 'Zed' }],
      request: big,
      requestCut: false,
      reply: event('Mount ') + event('Everest'),
      replyCut: true,
    }
    const { user, drawer } = await opened(fake, 'req-3')
    expect(fake.last('Calls.Bodies')).toBeUndefined()
    await user.click(within(drawer).getByRole('button', { name: 'Show' }))
    expect(fake.last('Calls.Bodies')).toEqual(['req-3'])
    const request = await within(drawer).findByRole('region', { name: 'Request' })
    expect(request).toHaveTextContent('{ "text": [ "item 0", "item 1",')
    expect(request).not.toHaveTextContent('item 3999')
    await user.click(within(request).getByRole('button', { name: 'Show all' }))
    expect(request).toHaveTextContent('item 3999')
    await user.click(within(drawer).getByRole('button', { name: 'Copy request' }))
    expect(fake.copied).toBe(big)
    const reply = within(drawer).getByRole('region', { name: 'Reply' })
    expect(reply).toHaveTextContent('data: {"choices"')
    expect(reply).toHaveTextContent('cut off: there was more')
    await user.click(within(drawer).getByRole('button', { name: 'Text only' }))
    expect(reply).toHaveTextContent(/^Mount Everest/)
    expect(within(drawer).getByText('X-Title')).toBeInTheDocument()
  })

  it('says why nothing of it was kept, and leads to the setting', async () => {
    const fake = program()
    fake.settings.log.bodies = 'errors'
    const { drawer } = await opened(fake, 'req-3')
    expect(await within(drawer).findByText(/only for calls that did not end well/)).toBeVisible()
    expect(within(drawer).getByRole('link', { name: 'Settings' })).toBeVisible()
  })

  it('is copied as cURL with its own body, or with a sample', async () => {
    const fake = program()
    const { user, drawer } = await opened(fake, 'req-2')
    await user.click(within(drawer).getByRole('button', { name: 'Copy as cURL' }))
    expect(fake.copied).toBe(
      [
        `curl -N 'http://127.0.0.1:8001/v1/chat/completions' \\`,
        `  -H "Authorization: Bearer $HEADGATE_API_KEY" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  --data-raw '{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
      ].join('\n'),
    )
    expect(await within(drawer).findByText(/Copied with a sample body/)).toBeVisible()
  })

  it('is copied for the path that it came to', async () => {
    const fake = program()
    fake.rows = fake.rows.map((row) => ({ ...row, route: 'responses', stream: false }))
    const { user, drawer } = await opened(fake, 'req-2')
    await user.click(within(drawer).getByRole('button', { name: 'Copy as cURL' }))
    expect(fake.copied).toContain(`curl 'http://127.0.0.1:8001/v1/responses' `)
    expect(fake.copied).toContain(`'{"model":"gpt-5","stream":false,"input":"Hello"}'`)
  })

  it('is copied with a body that a shell leaves alone', async () => {
    const fake = program()
    const request = `{"content":"What's \\"$HOME\\"?"}`
    fake.bodies = { requestHeaders: [], request, requestCut: false, reply: '', replyCut: false }
    const { user, drawer } = await opened(fake, 'req-3')
    await user.click(within(drawer).getByRole('button', { name: 'Copy as cURL' }))
    await waitFor(() => expect(fake.copied).toContain(`--data-raw '{"content":"What'\\''s`))
    expect(within(drawer).getByText("Copied, with the request's body.")).toBeVisible()
  })
})

it('the list asks for what is new at most four times a second', async () => {
  const { fake } = await open()
  await line(/Success/)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const times = () => fake.sent.filter(({ method }) => method === 'Calls.Page').length
  const before = times()
  for (let i = 0; i < 40; i++) {
    fake.publish('calls')
    await vi.advanceTimersByTimeAsync(25)
  }
  // The checklist asks too, as long as no call has succeeded.
  expect(times() - before).toBeLessThanOrEqual(5)
  vi.useRealTimers()
})
