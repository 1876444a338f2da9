import { screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Stats, StatsQuery } from '../../lib/api'
import { dayOf, startOfDay } from '../../lib/format/format'
import { Changes } from '../../lib/state/changes'
import { scopeOf, span } from '../../lib/state/call-scope'
import { Dashboard } from '../../lib/state/dashboard.svelte'
import { FakeProgram } from '../../testing/fake'
import { member, model, provider, row } from '../../testing/samples'
import { show } from '../../testing/show'
import { statsOf } from '../../testing/stats'
import DashboardPage from './DashboardPage.svelte'

const hour = 3_600_000

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'OpenAI', { models: [model(1, 1, 'gpt-4.1-mini')] })
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
      members: [member(11, a, 1, 1)],
    },
  ]
  const now = Date.now()
  const failed = { state: 'failed', costNanos: null, inputTokens: null, outputTokens: null }
  fake.rows = [
    row(1, { startedAt: now - 30 * hour, durationMs: 2000 }),
    row(2, { startedAt: now - 2 * hour, durationMs: 1000, attempts: 2 }),
    row(3, { startedAt: now - hour, durationMs: 1000 }),
    row(4, { startedAt: now - hour, durationMs: 400, ...failed }),
  ]
  return fake
}

const asked = (fake: FakeProgram) => fake.last('Calls.Stats')?.[0] as StatsQuery
/** What the program answered last. */
const buckets = (fake: FakeProgram) => statsOf(fake.rows, asked(fake)).series
const card = (name: string) =>
  screen.getAllByRole('term').find((term) => term.textContent === name)!.parentElement!

async function open(fake: FakeProgram, hash = '') {
  const shown = await show(DashboardPage, {}, fake)
  if (hash) location.hash = hash
  await screen.findByRole('heading', { name: 'Dashboard' })
  return shown
}

describe('the dashboard', () => {
  afterEach(() => void (location.hash = ''))

  it('asks for the last 24 hours of everything, in the zone of this clock', async () => {
    const { fake } = await open(program())
    await screen.findByRole('heading', { name: 'Calls over time' })
    const query = asked(fake)
    expect(query).toMatchObject({
      buckets: 24,
      zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      groupId: 0,
      apiKeyId: 0,
      providerId: 0,
      member: '',
      model: '',
    })
    expect(query.to - query.from).toBe(24 * hour)
  })

  it('asks for what the hash says, and writes there what is chosen', async () => {
    const { fake, user } = await open(program(), '#/dashboard?range=7d&group=1&key=2')
    await waitFor(() => expect(asked(fake)).toMatchObject({ groupId: 1, apiKeyId: 2, buckets: 30 }))
    expect(asked(fake).from).toBe(startOfDay(Date.now(), -6))
    await user.click(await screen.findByRole('button', { name: 'Filter' }))
    await user.selectOptions(await screen.findByLabelText('Provider'), '1')
    await user.selectOptions(screen.getByLabelText('Model served'), 'gpt-4.1-mini')
    await user.selectOptions(screen.getByLabelText('Model asked for'), 'chat')
    await waitFor(() =>
      expect(asked(fake)).toMatchObject({
        providerId: 1,
        member: 'gpt-4.1-mini',
        model: 'chat',
      }),
    )
    expect(location.hash).toBe(
      '#/dashboard?range=7d&group=1&key=2&provider=1&member=gpt-4.1-mini&model=chat',
    )
  })

  it('takes days of its own', async () => {
    const { fake, user } = await open(program())
    await user.click(await screen.findByRole('button', { name: 'Custom' }))
    const from = (await screen.findByLabelText('First day')) as HTMLInputElement
    expect(from.value).toBe(dayOf(startOfDay(Date.now(), -5)))
    await waitFor(() => expect(asked(fake).from).toBe(startOfDay(Date.now(), -6)))
    await user.click(screen.getByRole('button', { name: '30 days' }))
    expect(location.hash).not.toContain('from')
  })

  it('tells the figures and their change; unknown is a dash', async () => {
    await open(program())
    await screen.findByRole('heading', { name: 'Calls over time' })
    expect(card('Calls')).toHaveTextContent(/^Calls 3 .*\+200% 1 failed, 0 other$/)
    expect(card('Success rate')).toHaveTextContent('66.7%')
    expect(card('Success rate')).toHaveTextContent('-33.3 points')
    expect(card('Mean response time')).toHaveTextContent(/1s.*-50%/)
    // Nothing was rescued before: no share of it can be told.
    expect(card('Saved by failover')).toHaveTextContent(/1 Change against the period before: – /)
  })

  it('has the data behind each chart, with the way to the calls', async () => {
    const { fake, user } = await open(program(), '#/dashboard?group=1')
    const title = await screen.findByRole('heading', { name: 'Calls over time' })
    const panel = title.closest('section')!
    expect(panel).toHaveTextContent('3 overall; highest')
    await user.click(within(panel).getByRole('button', { name: 'Table: Calls over time' }))
    const table = within(panel).getByRole('table')
    expect(within(table).getAllByRole('row')).toHaveLength(25)
    // Each number leads to the calls that it counts: of its part of the time, with the filters.
    const { start } = buckets(fake).find(({ figures }) => figures.failed > 0)!
    const moment = (at: number) =>
      encodeURIComponent(new Date(at).toISOString().replace('.000Z', 'Z').replace(':00Z', 'Z'))
    const time = `range=custom&group=1&from=${moment(start)}&until=${moment(start + hour)}`
    const links = within(table).getAllByRole('link')
    expect(links.map((link) => link.getAttribute('href'))).toEqual(
      expect.arrayContaining([`#/calls?${time}`, `#/calls?${time}&state=failed%2Cpartial`]),
    )
    const to = (chart: string, bar: string) =>
      within(screen.getByRole('heading', { name: chart }).closest('section')!)
        .getByRole('link', { name: bar })
        .getAttribute('href')
    const scope = '#/calls?range=24h&group=1'
    expect(to('Calls by API key', 'laptop')).toBe(`${scope}&key=1`)
    expect(to('Calls by provider', 'OpenAI')).toBe(`${scope}&provider=1`)
    expect(to('Cost by model', 'gpt-4.1-mini · OpenAI')).toBe(
      `${scope}&provider=1&member=gpt-4.1-mini`,
    )
    expect(screen.getByRole('link', { name: 'Calls' })).toHaveAttribute('href', scope)
    const keys = screen.getByRole('heading', { name: 'Calls by API key' }).closest('section')!
    expect(keys).toHaveTextContent('Highest: laptop, 3 (100%).')
  })

  it('shows the way when there is nothing yet, and when nothing matches', async () => {
    await open(new FakeProgram())
    expect(await screen.findByRole('link', { name: 'Show me how' })).toHaveAttribute(
      'href',
      '#/start',
    )
    const { user } = await open(program(), '#/dashboard?group=9')
    await screen.findByText('No calls in this time')
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    await screen.findByRole('heading', { name: 'Calls over time' })
  })

  it('keeps old figures beside what went wrong', async () => {
    const { fake, user } = await open(program())
    await screen.findByRole('heading', { name: 'Calls over time' })
    fake.failing.set('Calls.Stats', { code: 'stats_time_invalid' })
    await user.click(screen.getByRole('button', { name: '7 days' }))
    const alert = await screen.findByRole('alert')
    expect(alert).toHaveTextContent('at most 5 years')
    expect(within(alert).getByRole('button', { name: 'Copy details' })).toBeVisible()
    expect(card('Calls')).toHaveTextContent('3')
    fake.failing.clear()
    await user.click(within(alert).getByRole('button', { name: 'Retry' }))
    await waitFor(() => expect(card('Calls')).toHaveTextContent('4'))
  })
})

describe('a time', () => {
  const now = new Date(2026, 10, 23, 15, 30).getTime()
  const of = (from: string, until: string) => scopeOf({ range: 'custom', from, until }, '24h')
  it.each([
    ['2026-11-01', '2026-11-02', new Date(2026, 10, 1), new Date(2026, 10, 3), 50],
    ['2026-11-20', '2026-11-23', new Date(2026, 10, 20), new Date(now), 36],
    ['2026-01-01', '2026-10-31', new Date(2026, 0, 1), new Date(2026, 10, 1), 100],
    ['2027-01-01', '2027-01-01', new Date(2027, 0, 1), new Date(2027, 0, 2), 50],
  ])('from %s until %s', (from, until, start, end, buckets) =>
    expect(span(of(from, until), now)).toEqual({
      from: start.getTime(),
      to: end.getTime(),
      buckets,
    }),
  )
})

describe('following', () => {
  afterEach(() => void vi.useRealTimers())

  it('asks again every five seconds at most, and not while hidden', async () => {
    vi.useFakeTimers()
    const fake = new FakeProgram()
    fake.install()
    const dashboard = new Dashboard()
    const changes = new Changes()
    await dashboard.show(scopeOf({}, '24h'))
    const times = () => fake.sent.filter(({ method }) => method === 'Calls.Stats').length
    const stop = dashboard.follow(changes)
    expect(times()).toBe(1)
    for (let i = 0; i < 16; i++) {
      changes.publish(['calls'])
      await vi.advanceTimersByTimeAsync(250)
    }
    expect(times()).toBe(2)
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(times()).toBe(2)
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
    expect(times()).toBe(3)
    stop()
    expect(dashboard.stats satisfies Stats | null).not.toBeNull()
  })
})
