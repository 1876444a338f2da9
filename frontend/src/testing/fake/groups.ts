import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const groupsHandlers = (fake: FakeProgram): Handlers => ({
  'Groups.List': () => fake.groups,
  'Groups.Save': (input: T.GroupInput) => saveGroup(fake, input),
  'Groups.Delete': (id: number) => {
    fake.groups = fake.groups.filter((one) => one.id !== id)
  },
  'Groups.Health': () => (fake.health.length > 0 ? fake.health : null),
  'Groups.ClearCooldown': (id: number) => {
    fake.health = fake.health.filter(({ memberId }) => memberId !== id)
  },
})

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
  return saved
}
