import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { GroupInput } from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { member, model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import GroupsPage from './GroupsPage.svelte'

function program() {
  const fake = new FakeProgram()
  const models = [1, 2, 3].map((n) => model(n, 1, `m${n}`))
  const a = provider(1, 'A', { models })
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
      members: [1, 2, 3].map((n) => member(10 + n, a, n, n)),
    },
  ]
  return fake
}

const saves = (fake: FakeProgram) =>
  fake.sent
    .filter(({ method }) => method === 'Groups.Save')
    .map(({ args }) => (args[0] as GroupInput).members)
const sent = (fake: FakeProgram) =>
  (saves(fake).at(-1) ?? []).map(({ id, priority }) => [id, priority])

describe('members', () => {
  it('follows quick steps one after the other', async () => {
    const fake = program()
    const { user } = await show(GroupsPage, {}, fake)
    const down = await screen.findByRole('button', { name: 'Move A · m1 down' })
    down.click()
    down.click()
    await waitFor(() => expect(saves(fake)).toHaveLength(2))
    expect(sent(fake)).toEqual([
      [12, 1],
      [13, 2],
      [11, 3],
    ])
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(sent(fake).map(([id]) => id)).toEqual([12, 11, 13]))
  })
})

describe('a group that a link names', () => {
  it('is opened and has the focus, also among many', async () => {
    const fake = program()
    fake.groups = Array.from({ length: 150 }, (_, i) => ({
      ...fake.groups[0]!,
      id: i + 1,
      name: `group-${i + 1}`,
    }))
    await show(GroupsPage, {}, fake)
    await screen.findByText('group-1')
    expect(screen.queryByText('group-140')).toBeNull()
    location.hash = '#/groups?group=140'
    const name = await screen.findByRole('button', { name: 'group-140' })
    await waitFor(() => expect(name).toHaveFocus())
    expect(name).toHaveAttribute('aria-expanded', 'true')
    expect(location.hash).toBe('#/groups')
  })
})
