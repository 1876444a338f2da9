import { screen, waitFor } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { MemberHealth } from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { member, model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import GroupsPage from './GroupsPage.svelte'

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', { models: [model(1, 1, 'm1'), model(2, 1, 'm2')] })
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
      members: [member(11, a, 1, 1), member(12, a, 2, 2)],
    },
  ]
  return fake
}

const failing = (more: Partial<MemberHealth> = {}): MemberHealth => ({
  memberId: 12,
  failures: 2,
  cooldownUntil: Date.now() + 30_000,
  pinnedUntil: 0,
  trial: false,
  probing: false,
  class: 'rate_limited',
  reason: 'rate_limited',
  message: 'Slow down, please.',
  lastFailureAt: Date.now() - 65_000,
  ...more,
})

describe('health', () => {
  it('counts a cooldown down and clears it', async () => {
    const fake = program()
    fake.health = [failing()]
    const { user } = await show(GroupsPage, {}, fake)
    expect(await screen.findByText(/^Cooling down 0:\d\d$/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Clear the cooldown of A · m2' }))
    expect(fake.last('Groups.ClearCooldown')).toEqual([12])
    await waitFor(() => expect(screen.getAllByText('Ready')).toHaveLength(2))
  })

  it('pins a member for an hour, and unpins it', async () => {
    const fake = program()
    const { user } = await show(GroupsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Put A · m2 first for an hour' }))
    expect(fake.last('Groups.Pin')).toEqual([12])
    expect(await screen.findByText(/^Pinned (59|60):\d\d$|^Pinned 1:00:00$/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Unpin A · m2' }))
    expect(fake.last('Groups.Unpin')).toEqual([12])
    await waitFor(() => expect(screen.queryByText(/^Pinned/)).toBeNull())
  })

  it.each([
    [{ cooldownUntil: 0, trial: true }, 'Next call tries it'],
    [{ cooldownUntil: Date.now() - 1000 }, 'Next call tries it'],
    [{ cooldownUntil: 0, trial: true, probing: true }, 'Being tried again'],
  ])('says what comes after a cooldown: %o', async (state, words) => {
    const fake = program()
    fake.health = [failing(state)]
    await show(GroupsPage, {}, fake)
    expect(await screen.findByText(words)).toBeVisible()
  })

  it('says when nobody is left, and until when', async () => {
    const fake = program()
    fake.health = [failing({ memberId: 11, cooldownUntil: Date.now() + 90_000 }), failing()]
    const { user } = await show(GroupsPage, {}, fake)
    expect(await screen.findByText(/^All passed over, 0:(29|30) left$/)).toBeVisible()
    await user.click(screen.getByRole('button', { name: /Last failure of A · m2/ }))
    expect(screen.getByText(/^Passed over until .*\d, then one call tries it\.$/)).toBeVisible()
  })

  it('tells the last failure in words, with what the provider said', async () => {
    const fake = program()
    fake.health = [failing({ failures: 0, cooldownUntil: 0 })]
    const { user } = await show(GroupsPage, {}, fake)
    const last = await screen.findByRole('button', { name: /Last failure of A · m2/ })
    expect(last).toHaveTextContent('Last failure 1 minute ago')
    await user.click(last)
    expect(screen.getByText('Rate limited')).toBeVisible()
    expect(screen.getByText('Slow down, please.')).toBeVisible()
  })
})
