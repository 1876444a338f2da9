import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { keyword, row } from '../../testing/samples'
import { show } from '../../testing/show'
import KeywordsPage from './KeywordsPage.svelte'
import { isShort, sorted } from './rules'

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
  fake.groups = [group(1, 'chat'), group(2, 'code')]
  return fake
}

async function form(fake = program()) {
  const shown = await show(KeywordsPage, {}, fake)
  await shown.user.click(await screen.findByRole('button', { name: 'Add keyword' }))
  return { ...shown, dialog: within(await screen.findByRole('dialog')) }
}
const saves = (fake: FakeProgram) =>
  fake.sent.filter(({ method }) => method === 'Keywords.Save').length

describe('a keyword', () => {
  it('is added as plain text for all groups, and switched off', async () => {
    const { fake, user } = await form()
    await user.type(screen.getByLabelText('Keyword'), ' quota exceeded ')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    const off = await screen.findByRole('switch', { name: 'Keyword quota exceeded enabled' })
    expect(fake.last('Keywords.Save')).toMatchObject([
      { id: 0, text: 'quota exceeded', regex: false, scope: 'both', groupIds: [], enabled: true },
    ])
    await user.click(off)
    expect(fake.last('Keywords.Save')).toMatchObject([{ text: 'quota exceeded', enabled: false }])
  })

  it('is an expression for errors of some groups', async () => {
    const { fake, user, dialog } = await form()
    await user.type(dialog.getByLabelText('Keyword'), 'quota (exceeded|used)')
    await user.click(dialog.getByRole('radio', { name: 'Regular expression' }))
    await user.selectOptions(dialog.getByLabelText('Looked for in'), 'Errors only')
    await user.selectOptions(dialog.getByLabelText('Groups'), 'Some groups')
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    expect(dialog.getByText('Choose at least one group')).toBeVisible()
    expect(saves(fake)).toBe(0)
    await user.click(dialog.getByRole('checkbox', { name: 'code' }))
    await user.type(dialog.getByLabelText(/^Description/), 'Free tiers')
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(saves(fake)).toBe(1))
    expect(fake.last('Keywords.Save')).toMatchObject([
      {
        text: 'quota (exceeded|used)',
        regex: true,
        scope: 'errors',
        groupIds: [2],
        description: 'Free tiers',
      },
    ])
    expect(await screen.findByText('regex')).toBeVisible()
  })

  it('is changed with what it keeps', async () => {
    const fake = program()
    fake.keywords = [
      keyword(4, 'quota', { groupIds: [1], scope: 'reply', enabled: false, hits: 3 }),
    ]
    const { user } = await show(KeywordsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Edit quota' }))
    await user.type(screen.getByLabelText('Keyword'), ' exceeded')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(saves(fake)).toBe(1))
    expect(fake.last('Keywords.Save')).toMatchObject([
      { id: 4, text: 'quota exceeded', groupIds: [1], scope: 'reply', enabled: false },
    ])
    expect(location.hash).not.toContain('edit')
  })
})

describe('the test against a sample', () => {
  it('marks what is found as it is typed', async () => {
    const { fake, user, dialog } = await form()
    await user.type(dialog.getByLabelText('Keyword'), 'quota')
    await user.type(dialog.getByLabelText(/^Sample text/), 'Your Quota: no quota left')
    expect(await dialog.findByText(/^2 matches/)).toBeVisible()
    const found = dialog.getByRole('region', { name: 'What is found in the sample' })
    expect([...found.querySelectorAll('mark')].map((one) => one.textContent)).toEqual([
      'Quota',
      'quota',
    ])
    expect(found).toHaveTextContent('Your Quota: no quota left')
    expect(fake.last('Keywords.Test')?.[1]).toBe('Your Quota: no quota left')
    // A pause decides, not each letter.
    expect(fake.sent.filter(({ method }) => method === 'Keywords.Test').length).toBeLessThan(8)
    await user.type(dialog.getByLabelText('Keyword'), ' spent')
    expect(await dialog.findByText('Not found in it')).toBeVisible()
  })

  it('says at the field what is wrong with an expression', async () => {
    const { user, dialog } = await form()
    await user.click(dialog.getByRole('radio', { name: 'Regular expression' }))
    await user.type(dialog.getByLabelText('Keyword'), '(open')
    await waitFor(() =>
      expect(dialog.getByLabelText('Keyword')).toHaveAccessibleDescription(
        /not a valid regular expression/,
      ),
    )
    expect(dialog.getByLabelText('Keyword')).toBeInvalid()
  })
})

describe('the test against the stored calls', () => {
  const told = (seq: number, more = {}) => row(seq, { message: 'rate limit exceeded', ...more })

  it('tells what was looked through and found, with a way to each call and back', async () => {
    const fake = program()
    fake.rows = [told(1, { state: 'failed' }), told(2), row(3)]
    const { user, dialog } = await form(fake)
    await user.type(dialog.getByLabelText('Keyword'), 'rate limit')
    await user.click(dialog.getByRole('button', { name: 'Look through stored calls' }))
    expect(await dialog.findByText(/Looked through 3 calls since/)).toHaveTextContent(
      /2 of them have text/,
    )
    expect(dialog.getByText('It is found in 2 calls.')).toBeVisible()
    expect(dialog.getByText('1 of them succeeded nevertheless.')).toBeVisible()
    expect(dialog.getByRole('link', { name: 'Change what is kept' })).toHaveAttribute(
      'href',
      '#/settings/log',
    )
    const links = within(dialog.getByRole('list', { name: 'Calls in which it is found' }))
    const [first] = links.getAllByRole('link')
    expect(first).toHaveAttribute('href', '#/calls?call=req-2')
    // What is typed afterwards was not looked for.
    await user.type(dialog.getByLabelText('Keyword'), 's')
    expect(dialog.queryByText(/Looked through/)).toBeNull()
  })

  it('warns of a keyword that would fail many calls, once', async () => {
    const fake = program()
    fake.rows = [1, 2, 3, 4].map((seq) => told(seq))
    const { user, dialog } = await form(fake)
    await user.type(dialog.getByLabelText('Keyword'), 'limit')
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    expect(await dialog.findByRole('alert')).toHaveTextContent(/many calls that succeeded/)
    expect(saves(fake)).toBe(0)
    await user.click(dialog.getByRole('button', { name: 'Save anyway' }))
    await waitFor(() => expect(saves(fake)).toBe(1))
  })

  it('that fails keeps nobody from saving', async () => {
    const fake = program()
    fake.failing.set('Keywords.TestCalls', { code: 'internal', params: {} })
    const { user, dialog } = await form(fake)
    await user.type(dialog.getByLabelText('Keyword'), 'limit')
    await user.click(dialog.getByRole('button', { name: 'Look through stored calls' }))
    expect(await dialog.findByText('The stored calls could not be looked through')).toBeVisible()
    await user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(saves(fake)).toBe(1))
  })

  it.each([
    ['ok', false, 'both', true],
    ['額度', false, 'both', true],
    ['額度不足', false, 'both', false],
    ['quota', false, 'both', false],
    ['ok', true, 'both', false],
    ['ok', false, 'errors', false],
  ])('a text of few letters is warned of at once: %s', (text, regex, scope, want) =>
    expect(isShort(keyword(1, text, { regex, scope }))).toBe(want),
  )
})

describe('the list', () => {
  it('is sorted by a column that the address keeps', async () => {
    const fake = program()
    fake.keywords = [
      keyword(1, 'a', { hits: 1, lastHitAt: 9 }),
      keyword(2, 'b', { hits: 7, lastHitAt: 5 }),
      keyword(3, 'c'),
    ]
    const { user } = await show(KeywordsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Hits' }))
    expect(screen.getByRole('columnheader', { name: 'Hits' })).toHaveAttribute(
      'aria-sort',
      'descending',
    )
    const rows = screen.getAllByRole('row').slice(1)
    expect(rows.map((one) => one.querySelector('.num')?.textContent)).toEqual(['7', '1', '0'])
    expect(location.hash).toContain('sort=hits')
    expect(sorted(fake.keywords, 'last').map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('is filtered by text, group and status', async () => {
    const fake = program()
    fake.keywords = Array.from({ length: 10 }, (_, i) =>
      keyword(i + 1, `word ${i}`, { groupIds: i < 8 ? [1] : [], enabled: i !== 9 }),
    )
    const { user } = await show(KeywordsPage, {}, fake)
    const words = () => screen.queryAllByText(/^word \d$/).map((one) => one.textContent)
    await user.selectOptions(await screen.findByLabelText('Filter by group'), 'code')
    expect(words()).toEqual(['word 8', 'word 9'])
    await user.selectOptions(screen.getByLabelText('Filter by status'), 'Off')
    expect(words()).toEqual(['word 9'])
    await user.type(screen.getByLabelText('Search keywords'), 'none')
    expect(screen.getByText('Nothing matches')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    expect(words()).toHaveLength(10)
  })

  it('counts on while calls arrive', async () => {
    const fake = program()
    fake.keywords = [keyword(1, 'quota')]
    await show(KeywordsPage, {}, fake)
    expect(await screen.findByText('Never')).toBeVisible()
    fake.keywords = [keyword(1, 'quota', { hits: 5, lastHitAt: Date.now() - 3000 })]
    fake.publish('calls')
    expect(await screen.findByText('now')).toBeVisible()
    expect(screen.getByText('5')).toBeVisible()
  })

  it('deletes after a question', async () => {
    const fake = program()
    fake.keywords = [keyword(3, 'quota')]
    const { user } = await show(KeywordsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Delete quota' }))
    const sure = within(await screen.findByRole('alertdialog'))
    await user.click(sure.getByRole('button', { name: 'Delete' }))
    expect(await screen.findByText('No failure keywords')).toBeVisible()
    expect(fake.last('Keywords.Delete')).toEqual([3])
  })
})
