import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import type { MemberHealth } from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { apiKey, keyword, member, model, provider } from '../../testing/samples'
import { show } from '../../testing/show'
import { placeAt } from './drag.svelte'
import GroupsPage from './GroupsPage.svelte'

function program() {
  const fake = new FakeProgram()
  const a = provider(1, 'A', { models: [model(1, 1, 'm1'), model(2, 1, 'm2'), model(3, 1, 'm3')] })
  const b = provider(2, 'B', { models: [model(4, 2, 'm4'), model(5, 2, 'other')] })
  fake.providers = [a, b]
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

interface Saved {
  id: number
  name: string
  policy: string
  enabled: boolean
  members: { id: number; modelId: number; priority: number; weight: number; enabled: boolean }[]
}
const saved = (fake: FakeProgram) => fake.last('Groups.Save')?.[0] as Saved
const sent = (fake: FakeProgram) => saved(fake).members.map(({ id, priority }) => [id, priority])
const saves = (fake: FakeProgram) =>
  fake.sent.filter(({ method }) => method === 'Groups.Save').length

describe('the order of members', () => {
  it('keeps what is being typed when the groups are fetched again', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    const field = await screen.findByLabelText('Priority of A · m2')
    await user.clear(field)
    await user.type(field, '7')
    const asked = () => fake.sent.filter(({ method }) => method === 'Groups.List').length
    const before = asked()
    fake.publish('groups')
    await waitFor(() => expect(asked()).toBeGreaterThan(before))
    await new Promise(requestAnimationFrame)
    expect(field).toHaveValue('7')
    await user.tab()
    await waitFor(() =>
      expect(sent(fake).toSorted()).toEqual([
        [11, 1],
        [12, 7],
      ]),
    )
  })

  it('changes by Up, which keeps the focus', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await user.click(await screen.findByRole('button', { name: 'Move A · m2 up' }))
    expect(sent(fake).toSorted()).toEqual([
      [11, 2],
      [12, 1],
    ])
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Move A · m2 down' })),
    )
    expect(screen.getByText('A · m2 now has priority 1')).toBeInTheDocument()
  })

  it('takes a number when it is left, and not a bad one', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    const field = await screen.findByLabelText('Priority of A · m1')
    await user.clear(field)
    await user.type(field, '7')
    await user.tab()
    await waitFor(() =>
      expect(sent(fake)).toEqual([
        [11, 7],
        [12, 2],
      ]),
    )
    const again = screen.getByLabelText('Priority of A · m2')
    await user.clear(again)
    await user.tab()
    expect(again).toHaveValue('2')
    expect(saves(fake)).toBe(1)
  })

  it('shows equals together, with what decides between them', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    const field = await screen.findByLabelText('Priority of A · m2')
    await user.clear(field)
    await user.type(field, '1{Enter}')
    await user.tab()
    expect(await screen.findByText('Priority 1, 2 equal members:')).toBeVisible()
    expect(screen.getByText(/the cheaper one first/)).toBeVisible()
    await user.selectOptions(
      screen.getByLabelText('Policy for equal priority in chat'),
      'least_latency',
    )
    expect(await screen.findByText(/faster lately first/)).toBeVisible()
    expect(saved(fake)).toMatchObject({ policy: 'least_latency', keyless: false })
  })

  it('goes by weight when it is weighted, as shares of those that count', async () => {
    const fake = program()
    fake.groups[0]!.policy = 'weighted'
    fake.groups[0]!.members.forEach((one) => (one.priority = 1))
    const { user } = await show(GroupsPage, {}, fake)
    expect(await screen.findAllByText('50%')).toHaveLength(2)
    const weight = screen.getByLabelText('Weight of A · m1')
    await user.clear(weight)
    await user.type(weight, '3')
    await user.tab()
    expect(await screen.findByText('75%')).toBeVisible()
    expect(saved(fake).members.map((one) => one.weight)).toEqual([3, 1])
    await user.click(screen.getByRole('switch', { name: 'Member A · m1 enabled' }))
    expect(await screen.findByText('100%')).toBeVisible()
  })

  it('changes by dragging, which Escape takes back', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await screen.findByText('m2')
    const rows = [...document.querySelectorAll('tr[data-model]')]
    rows.forEach((row, i) =>
      vi.spyOn(row, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, i * 40, 500, 40)),
    )
    const grip = rows[1]!.querySelector('[data-grip]')!
    const drag = (y: number) => [
      { keys: '[MouseLeft>]', target: grip, coords: { clientX: 5, clientY: 60 } },
      { target: grip, coords: { clientX: 5, clientY: y } },
    ]
    await user.pointer(drag(5))
    await user.keyboard('{Escape}')
    await user.pointer({ keys: '[/MouseLeft]', target: grip })
    expect(saves(fake)).toBe(0)
    await user.pointer([...drag(20), { keys: '[/MouseLeft]', target: grip }])
    await waitFor(() =>
      expect(sent(fake)).toEqual([
        [11, 1],
        [12, 1],
      ]),
    )
  })
})

describe('placeAt', () => {
  // Rows of 40 pixels; the second and third are equals.
  const rows = [1, 2, 2, 3].map((priority, i) => ({
    modelId: i,
    priority,
    top: i * 40,
    bottom: i * 40 + 40,
  }))
  it.each([
    [-50, 3, { priority: 1, side: 'before' }],
    [5, 3, { priority: 1, side: 'before' }],
    [20, 3, { priority: 1, side: 'with' }],
    [36, 3, { priority: 1, side: 'after' }],
    [44, 3, { priority: 2, side: 'before' }],
    [78, 3, { priority: 2, side: 'with' }],
    [82, 3, { priority: 2, side: 'with' }],
    [118, 0, { priority: 2, side: 'after' }],
    [140, 3, undefined],
    [44, 1, { priority: 2, side: 'before' }],
    [60, 1, undefined],
    [900, 0, { priority: 3, side: 'after' }],
  ] as const)('%d for the member %d', (y, moving, want) =>
    expect(placeAt(rows, y, moving)).toEqual(want),
  )
})

describe('members', () => {
  it('are added one by one, after the last', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await user.click(await screen.findByRole('combobox', { name: 'Add a member to chat' }))
    await user.keyboard('m3')
    await user.click(await screen.findByRole('option', { name: /m3/ }))
    await waitFor(() =>
      expect(sent(fake)).toEqual([
        [11, 1],
        [12, 2],
        [0, 3],
      ]),
    )
  })

  it('are added several at once, also as equals', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await user.click(await screen.findByRole('button', { name: 'Add several…' }))
    const dialog = within(screen.getByRole('dialog'))
    await user.type(dialog.getByLabelText('Search models and providers'), 'b m')
    expect(dialog.queryByText('other')).toBeNull()
    await user.click(dialog.getByLabelText('1 model'))
    await user.clear(dialog.getByLabelText('Search models and providers'))
    await user.type(dialog.getByLabelText('Search models and providers'), 'm3')
    await user.click(dialog.getByRole('checkbox', { name: /m3/ }))
    await user.click(dialog.getByRole('radio', { name: /equal priority/ }))
    await user.click(dialog.getByRole('button', { name: 'Add 2 members' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(saved(fake).members.map(({ modelId, priority }) => [modelId, priority])).toEqual([
      [1, 1],
      [2, 2],
      [4, 3],
      [3, 3],
    ])
  })

  it('of which none can be used are told at once', async () => {
    const fake = program()
    fake.providers[0]!.enabled = false
    await show(GroupsPage, {}, fake)
    expect(await screen.findByText('No usable member')).toBeVisible()
    expect(screen.getAllByText('Provider is off')).toHaveLength(2)
    expect(await screen.findByText(/No member can answer/)).toBeVisible()
  })
})

describe('who would answer', () => {
  it('is told with the reasons, and again when health changes', async () => {
    const fake = program()
    const { user } = await show(GroupsPage, {}, fake)
    const panel = (await screen.findByText('Would answer now:')).parentElement!
    expect(panel).toHaveTextContent('A · m1')
    await user.click(screen.getByRole('button', { name: /^Why/ }))
    const order = () =>
      within(screen.getByRole('list', { name: 'In this order' }))
        .getAllByRole('listitem')
        .map((one) => one.textContent.replace(/\s+/g, ' ').trim())
    expect(order()).toEqual([
      '1. A · m1 – by its priority number, 1 · key sk-a…wxyz',
      '2. A · m2 – by its priority number, 2 · key sk-a…wxyz',
    ])
    fake.health = [failing({ memberId: 11 })]
    fake.publish('health')
    const skipped = await screen.findByRole('list', { name: 'Passed over' })
    expect(skipped).toHaveTextContent(/A · m1 – cooling down after failures 0:\d\d left/)
    expect(order()).toHaveLength(1)
  })

  it('can fail, and be asked again', async () => {
    const fake = program()
    fake.failing.set('Groups.Explain', { code: 'internal', params: {} })
    const { user } = await show(GroupsPage, {}, fake)
    const alert = within(await screen.findByRole('alert'))
    expect(alert.getByText('Who would answer could not be worked out')).toBeVisible()
    fake.failing.clear()
    await user.click(alert.getByRole('button', { name: 'Retry' }))
    expect(await screen.findByText('Would answer now:')).toBeVisible()
  })
})

describe('undo', () => {
  it('saves what was before, by keyboard, but not from a text field', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await user.click(await screen.findByRole('switch', { name: 'Member A · m1 enabled' }))
    await screen.findByRole('button', { name: 'Undo' })
    await user.click(screen.getByLabelText('Priority of A · m2'))
    await user.keyboard('{Control>}z{/Control}')
    expect(saves(fake)).toBe(1)
    screen.getByRole('button', { name: 'Undo' }).focus()
    await user.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(saves(fake)).toBe(2))
    expect(saved(fake).members.map(({ enabled }) => enabled)).toEqual([true, true])
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull())
  })

  it('brings a deleted group back with its API keys and keywords', async () => {
    const fake = program()
    fake.keys = [apiKey(1, 'laptop'), apiKey(2, 'elsewhere', { groupIds: [] })]
    fake.keywords = [keyword(5, 'quota', { groupIds: [1] }), keyword(6, 'anywhere')]
    const { user } = await show(GroupsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'More actions for chat' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
    const dialog = within(await screen.findByRole('alertdialog'))
    expect(dialog.getByText(/These API keys lose it: laptop\./)).toBeVisible()
    expect(dialog.getByText(/switched off: quota\./)).toBeVisible()
    await user.click(dialog.getByRole('button', { name: 'Delete' }))
    expect(await screen.findByText('No groups yet')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(fake.last('Keywords.Save')).toBeDefined())
    const { id } = fake.groups[0]!
    expect(saved(fake)).toMatchObject({
      id: 0,
      name: 'chat',
      members: [{ modelId: 1 }, { modelId: 2 }],
    })
    expect(fake.last('APIKeys.Save')).toMatchObject([{ id: 1, groupIds: [id], enabled: true }])
    expect(fake.last('Keywords.Save')).toMatchObject([{ id: 5, groupIds: [id], enabled: true }])
    expect(fake.sent.filter(({ method }) => method === 'APIKeys.Save')).toHaveLength(1)
  })

  it('leaves alone what was changed elsewhere since', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    await user.click(await screen.findByRole('switch', { name: 'Member A · m1 enabled' }))
    await screen.findByRole('button', { name: 'Undo' })
    fake.groups[0] = { ...fake.groups[0]!, name: 'renamed' }
    fake.publish('groups')
    await screen.findByText('renamed')
    await user.click(screen.getByRole('button', { name: 'Undo' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('nothing was undone')
    expect(saves(fake)).toBe(1)
  })
})

describe('a group', () => {
  it('is made with a policy, and renamed with its keys', async () => {
    const fake = program()
    fake.keys = [apiKey(1, 'laptop')]
    const { user } = await show(GroupsPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Add group' }))
    await user.type(screen.getByLabelText('Name'), ' code ')
    await user.click(screen.getByRole('radio', { name: 'by weight' }))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(saved(fake)).toEqual({
      id: 0,
      name: 'code',
      policy: 'weighted',
      keyless: false,
      rules: [],
      enabled: true,
      members: [],
    })
    await user.click(screen.getByRole('button', { name: 'More actions for chat' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Edit…' }))
    expect(screen.getByLabelText('Name')).toHaveAccessibleDescription(/API keys stay bound: laptop/)
    fake.failing.set('Groups.Save', { code: 'group_name_taken', params: { Name: 'chat' } })
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText(/chat/, { selector: '[id$=-error]' })).toBeVisible()
  })

  it('is closed beside many others, and opens by its name', async () => {
    const fake = program()
    const [first] = fake.groups
    fake.groups = Array.from({ length: 6 }, (_, i) => ({ ...first!, id: i + 1, name: `g${i + 1}` }))
    const { user } = await show(GroupsPage, {}, fake)
    const name = await screen.findByRole('button', { name: 'g3' })
    expect(screen.queryByLabelText('Priority of A · m1')).toBeNull()
    expect(fake.last('Groups.Explain')).toBeUndefined()
    await user.click(name)
    expect(screen.getByLabelText('Priority of A · m1')).toBeVisible()
    expect(fake.last('Groups.Explain')).toEqual([3])
    await user.type(screen.getByLabelText('Search groups'), 'nobody')
    expect(screen.getByText('Nothing matches')).toBeVisible()
  })
})

describe('a group without a key', () => {
  it('is opened with what that means, and shown as such', async () => {
    const { fake, user } = await show(GroupsPage, {}, program())
    const edit = async () => {
      await user.click(await screen.findByRole('button', { name: 'More actions for chat' }))
      await user.click(await screen.findByRole('menuitem', { name: 'Edit…' }))
    }
    expect(screen.queryByText('No key needed here')).toBeNull()
    await edit()
    const open = screen.getByRole('switch', { name: 'Open without an API key' })
    expect(open).not.toBeChecked()
    expect(open).toHaveAccessibleDescription(/Any program on this computer/)
    await user.click(open)
    await user.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(saved(fake)).toMatchObject({ name: 'chat', keyless: true }))
    expect(await screen.findByText('No key needed here')).toBeVisible()
    // Other changes leave it as it is.
    await user.click(screen.getByRole('switch', { name: 'Group chat enabled' }))
    await waitFor(() => expect(saved(fake)).toMatchObject({ enabled: false, keyless: true }))
  })
})
