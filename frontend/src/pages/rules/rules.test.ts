import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Group, GroupInput, ProviderInput, Rule } from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { attempt, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import AttemptCard from '../calls/AttemptCard.svelte'
import GroupForm from '../groups/GroupForm.svelte'
import ProviderFacts from '../providers/ProviderFacts.svelte'
import ProviderForm from '../providers/ProviderForm.svelte'
import { moderation } from './words'

const rule = (text: string, more: Partial<Rule> = {}): Rule => ({
  statusFrom: 0,
  statusTo: 0,
  text,
  regex: false,
  action: 'next',
  cooldownSeconds: 0,
  ...more,
})

const group = (...rules: Rule[]): Group => ({
  id: 1,
  name: 'chat',
  policy: 'priority',
  keyless: false,
  enabled: true,
  members: [],
  rules,
  createdAt: 0,
  updatedAt: 0,
})

async function open(of: Group, fake = new FakeProgram()) {
  fake.groups = [of]
  const shown = await show(GroupForm, { group: of, onclose: () => {}, onsaved: () => {} }, fake)
  return { ...shown, save: screen.getByRole('button', { name: 'Save' }) }
}

const rows = () =>
  within(screen.getByRole('list', { name: 'Rules for errors' })).getAllByRole('listitem')
const row = (number: number) => within(screen.getByRole('group', { name: `Rule ${number}` }))
const saved = (fake: FakeProgram) => (fake.last('Groups.Save')?.[0] as GroupInput).rules
const texts = () =>
  rows().map((one) => within(one).getByLabelText<HTMLInputElement>('Text in the error').value)

describe('the rules of a group', () => {
  it('are hidden until there are some, and saved as they were typed', async () => {
    const { fake, user, save } = await open(group())
    expect(screen.queryByText(/decide yourself/)).toBeVisible()
    await user.click(screen.getByText('Rules for errors'))
    await user.click(screen.getByRole('button', { name: 'Add rule' }))
    await waitFor(() => expect(row(1).getByLabelText('Status, from')).toHaveFocus())
    await user.keyboard('429')
    await user.type(row(1).getByLabelText('Text in the error'), 'daily limit')
    await user.selectOptions(row(1).getByLabelText('What happens then'), 'cooldown')
    const seconds = row(1).getByLabelText('Cooldown in seconds')
    expect(seconds).toHaveValue('600')
    expect(row(1).getByText('10m')).toBeVisible()
    await user.clear(seconds)
    await user.type(seconds, '3600')
    await user.click(screen.getByRole('button', { name: 'Refused by moderation → next member' }))
    expect(row(2).getByRole('button', { name: 'Regular expression', pressed: true })).toBeVisible()
    expect(screen.queryByRole('button', { name: /moderation/ })).toBeNull()
    await user.click(save)
    await waitFor(() => expect(fake.last('Groups.Save')).toBeDefined())
    expect(saved(fake)).toEqual([
      rule('daily limit', { statusFrom: 429, action: 'cooldown', cooldownSeconds: 3600 }),
      moderation,
    ])
  })

  it('change places and go, and the focus stays with them', async () => {
    const { fake, user, save } = await open(group(rule('a'), rule('b'), rule('c')))
    await user.click(screen.getByRole('button', { name: 'Move rule 1 down' }))
    expect(texts()).toEqual(['b', 'a', 'c'])
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Move rule 2 down' })).toHaveFocus(),
    )
    await user.keyboard('{Enter}')
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Move rule 3 up' })).toHaveFocus(),
    )
    expect(texts()).toEqual(['b', 'c', 'a'])
    await user.click(screen.getByRole('button', { name: 'Remove rule 2' }))
    await waitFor(() => expect(screen.getByRole('button', { name: 'Remove rule 2' })).toHaveFocus())
    await user.click(save)
    await waitFor(() => expect(saved(fake)).toEqual([rule('b'), rule('a')]))
    await user.click(screen.getByRole('button', { name: 'Remove rule 2' }))
    await user.click(screen.getByRole('button', { name: 'Remove rule 1' }))
    await waitFor(() => expect(screen.getByRole('button', { name: 'Add rule' })).toHaveFocus())
  })

  it('show what is wrong at the rule that it is about', async () => {
    const { fake, user, save } = await open(group(rule('a'), rule('(b', { regex: true })))
    const problem = { code: 'keyword_regex_paren_missing' }
    fake.failing.set('Groups.Save', {
      code: 'rule_invalid',
      params: { Number: '2', Field: 'text' },
      problem,
    })
    await user.click(screen.getByText('Rules for errors'))
    await user.click(save)
    const alert = await screen.findByRole('alert')
    expect(alert).toHaveTextContent(/has a \( without its \)/)
    expect(rows()[1]).toContainElement(alert)
    expect(screen.getByLabelText('Name')).toBeValid()
    expect(alert).toBeVisible()
    await waitFor(() => expect(rows()[1]).toContainElement(document.activeElement as HTMLElement))
    await user.click(screen.getByRole('button', { name: 'Move rule 2 up' }))
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('never take for "any" what is no number', async () => {
    const { fake, user, save } = await open(group(rule('a')))
    await user.type(row(1).getByLabelText('Status, from'), '4xx')
    await user.click(save)
    await waitFor(() => expect(saved(fake)).toEqual([rule('a', { statusFrom: -1 })]))
  })

  it('are tried on an error', async () => {
    const { user } = await open(
      group(rule('daily', { statusFrom: 429 }), rule('limit', { action: 'stop' })),
    )
    const said = screen.getByRole('status')
    await user.type(screen.getByLabelText(/^Try them/), 'The daily limit')
    await waitFor(() => expect(said).toHaveTextContent('Rule 2 decides: Stop'))
    await user.type(screen.getByLabelText('Status'), '429')
    await waitFor(() => expect(said).toHaveTextContent('Rule 1 decides: Next member'))
    await user.clear(screen.getByLabelText(/^Try them/))
    await user.type(screen.getByLabelText(/^Try them/), 'Oops')
    await waitFor(() => expect(said).toHaveTextContent('No rule fits'))
  })

  it('are not more than can be saved', async () => {
    await open(group(...Array.from({ length: 20 }, (_, i) => rule(`r${i}`))))
    expect(rows()).toHaveLength(20)
    expect(screen.queryByRole('button', { name: 'Add rule' })).toBeNull()
  })
})

describe('the rules of a provider', () => {
  it('are kept, changed and shown', async () => {
    const one = provider(1, 'A', { rules: [rule('busy', { statusFrom: 500, statusTo: 599 })] })
    const { fake, user } = await show(ProviderForm, {
      provider: one,
      onclose: () => {},
      onsaved: () => {},
    })
    expect(screen.queryByRole('button', { name: /moderation/ })).toBeNull()
    await user.selectOptions(row(1).getByLabelText('What happens then'), 'count')
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(fake.last('Providers.Save')).toBeDefined())
    expect((fake.last('Providers.Save')?.[0] as ProviderInput).rules).toEqual([
      { ...one.rules[0], action: 'count' },
    ])
    await show(ProviderFacts, { provider: one })
    expect(screen.getByText('500–599 · text “busy” → Next member')).toBeVisible()
  })
})

describe('the drawer', () => {
  it.each([
    [
      'group',
      'cooldown',
      'Your rule for this group (429 · text “daily”): next member, cool down for 1h.',
    ],
    [
      'provider',
      'stop',
      'Your rule for this provider (429 · text “daily”): stop, the tool got this answer.',
    ],
  ])('names the rule of a %s', async (of, action, words) => {
    const decided = {
      ...rule('daily', { statusFrom: 429, statusTo: 429, action, cooldownSeconds: 3600 }),
      of,
    }
    const one = attempt({ class: 'rate_limited', reason: 'rule', rule: decided })
    await show(AttemptCard, {
      attempt: one,
      before: undefined,
      after: [],
      number: 1,
      scale: 10,
      onfilter: () => {},
    })
    expect(screen.getByText(words)).toBeVisible()
    expect(screen.queryByText(/^One of your rules/)).toBeNull()
  })
})
