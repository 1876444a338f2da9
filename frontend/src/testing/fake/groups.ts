import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const groupsHandlers = (fake: FakeProgram): Handlers => ({
  'Groups.List': () => fake.groups,
  'Groups.Save': (input: T.GroupInput) => saveGroup(fake, input),
  'Groups.Delete': (id: number) => {
    fake.groups = fake.groups.filter((one) => one.id !== id)
    for (const bound of [...fake.keys, ...fake.keywords])
      bound.groupIds = bound.groupIds.filter((one) => one !== id)
  },
  'Groups.Health': () => (fake.health.length > 0 ? fake.health : null),
  'Groups.ClearCooldown': (id: number) => {
    fake.health = fake.health.filter(({ memberId }) => memberId !== id)
    fake.publish('health')
  },
  'Groups.Pin': (id: number) => {
    const state = fake.health.find(({ memberId }) => memberId === id)
    const pinnedUntil = Date.now() + 3_600_000
    fake.health = fake.health.filter((one) => one !== state)
    fake.health.push(state ? { ...state, pinnedUntil } : { ...well, memberId: id, pinnedUntil })
    fake.publish('health')
  },
  'Groups.Unpin': (id: number) => {
    fake.health = fake.health.map((one) => (one.memberId === id ? { ...one, pinnedUntil: 0 } : one))
    fake.publish('health')
  },
  'Groups.Explain': (id: number) => explain(fake, id),
  'Groups.TestRules': (rules: T.Rule[], status: number, answer: string) => ({
    number: 1 + rules.findIndex((rule) => fits(rule, status, answer)),
  }),
})

const well = {
  failures: 0,
  cooldownUntil: 0,
  trial: false,
  probing: false,
  class: '',
  reason: '',
  message: '',
  lastFailureAt: 0,
}

function fits({ statusFrom, statusTo, text }: T.Rule, status: number, answer: string): boolean {
  const within = statusFrom === 0 || (statusFrom <= status && status <= (statusTo || statusFrom))
  return within && answer.toLowerCase().includes(text.toLowerCase())
}

function saveGroup(fake: FakeProgram, input: T.GroupInput): T.Group {
  const members = input.members.map((member) => {
    const owner = fake.providers.find(({ models }) =>
      models.some(({ id }) => id === member.modelId),
    )
    const model = owner?.models.find(({ id }) => id === member.modelId)?.name ?? ''
    return {
      ...member,
      id: member.id || fake.nextId(),
      providerId: owner?.id ?? 0,
      provider: owner?.name ?? '',
      model,
    }
  })
  members.sort((a, b) => a.priority - b.priority || a.id - b.id)
  const saved = { ...input, id: input.id || fake.nextId(), members, createdAt: 0, updatedAt: 0 }
  fake.groups = [...fake.groups.filter(({ id }) => id !== saved.id), saved].sort(
    (a, b) => a.id - b.id,
  )
  fake.publish('groups')
  return saved
}

function explain(fake: FakeProgram, id: number): T.Prospect[] {
  const group = fake.groups.find((one) => one.id === id)
  if (!group) throw JSON.stringify({ code: 'group_not_found' })
  const weights = (priority: number) =>
    group.members.reduce((sum, m) => (m.priority === priority ? sum + m.weight : sum), 0)
  const all = group.members.map((member): T.Prospect => {
    const owner = fake.providers.find((one) => one.id === member.providerId)
    const model = owner?.models.find((one) => one.id === member.modelId)
    const state = fake.health.find((one) => one.memberId === member.id)
    const until = state?.cooldownUntil ?? 0
    const skipped = !group.enabled
      ? 'group_off'
      : !member.enabled
        ? 'member_off'
        : !owner?.enabled
          ? 'provider_off'
          : !model?.enabled
            ? 'model_off'
            : until > Date.now()
              ? 'cooldown'
              : ''
    const equals = group.members.some((m) => m !== member && m.priority === member.priority)
    const drawn = equals && group.policy === 'weighted'
    return {
      memberId: member.id,
      turn: skipped ? 0 : 1,
      reason: skipped || (drawn ? 'weight' : equals ? 'cheaper' : 'priority'),
      keyHint: skipped ? '' : (owner?.keys[0]?.hint ?? ''),
      until: skipped === 'cooldown' ? until : 0,
      share: drawn && !skipped ? member.weight / weights(member.priority) : null,
      latencyMs: null,
    }
  })
  const tried = all.filter(({ turn }) => turn > 0).map((one, i) => ({ ...one, turn: i + 1 }))
  return [...tried, ...all.filter(({ turn }) => turn === 0)]
}
