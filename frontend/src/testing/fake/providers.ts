import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const providersHandlers = (fake: FakeProgram): Handlers => ({
  'Providers.List': () => fake.providers,
  'Providers.Save': (input: T.ProviderInput) => saveProvider(fake, input),
  'Providers.SetEnabled': (id: number, enabled: boolean) =>
    fake.providers.forEach((one) => one.id === id && (one.enabled = enabled)),
  'Providers.Delete': (id: number) => {
    fake.providers = fake.providers.filter((one) => one.id !== id)
  },
  'Providers.Test': () => fake.probe,
  'Providers.SaveModel': (model: T.Model) => saveModel(fake, model),
  'Providers.DeleteModel': (id: number) =>
    fake.providers.forEach((one) => (one.models = one.models.filter((model) => model.id !== id))),
  'Providers.KeyHealth': () => (fake.keyHealth.length > 0 ? fake.keyHealth : null),
  'Providers.Duplicate': (id: number) => {
    const original = fake.providers.find((one) => one.id === id)
    if (!original) throw JSON.stringify({ code: 'provider_not_found' })
    const made = {
      ...structuredClone(original),
      id: fake.nextId(),
      name: `${original.name} 2`,
    }
    made.keys.forEach((key) => (key.id = fake.nextId()))
    made.models.forEach((model) => Object.assign(model, { id: fake.nextId(), providerId: made.id }))
    fake.providers.push(made)
    return made
  },
  'Providers.KeyPlaces': (secret: string) => keyPlaces(fake, secret),
  'Providers.RemoveKeys': (ids: number[]) => removeKeys(fake, ids),
})

function keyPlaces(fake: FakeProgram, secret: string): T.KeyPlace[] | null {
  const places = fake.providers.flatMap((one) =>
    one.keys
      .filter(({ id }) => fake.secrets.get(id) === secret)
      .map(({ id, hint }) => ({
        keyId: id,
        hint,
        providerId: one.id,
        provider: one.name,
        last: one.keys.length === 1,
        models: one.models.length,
        groups: fake.groups
          .filter(({ members }) => members.some(({ providerId }) => providerId === one.id))
          .map(({ name }) => name),
      })),
  )
  return places.length > 0 ? places : null
}

function removeKeys(fake: FakeProgram, ids: number[]): T.RemovedKeys {
  const removed = { keys: 0, providers: 0, models: 0, members: 0 }
  for (const one of fake.providers) {
    const kept = one.keys.filter(({ id }) => !ids.includes(id))
    removed.keys += one.keys.length - kept.length
    if (kept.length === 0 && one.keys.length > 0) {
      removed.providers++
      removed.models += one.models.length
      fake.groups.forEach((group) => {
        const staying = group.members.filter(({ providerId }) => providerId !== one.id)
        removed.members += group.members.length - staying.length
        group.members = staying
      })
      fake.providers = fake.providers.filter(({ id }) => id !== one.id)
    }
    one.keys = kept
  }
  fake.publish('providers', 'groups')
  return removed
}

function saveProvider(fake: FakeProgram, input: T.ProviderInput): T.Provider {
  const before = fake.providers.find(({ id }) => id === input.id)
  const saved: T.Provider = {
    ...input,
    id: input.id || fake.nextId(),
    keys: input.keys.map(({ id, enabled }) => ({
      id: id || fake.nextId(),
      enabled,
      hint: before?.keys.find((key) => key.id === id)?.hint ?? 'sk-n…1234',
    })),
    models: before?.models ?? [],
    createdAt: 0,
    updatedAt: 0,
  }
  fake.providers = [...fake.providers.filter(({ id }) => id !== saved.id), saved]
  return saved
}

function saveModel(fake: FakeProgram, model: T.Model): T.Model {
  const saved = { ...model, id: model.id || fake.nextId() }
  const owner = fake.providers.find(({ id }) => id === model.providerId)
  if (owner) owner.models = [...owner.models.filter(({ id }) => id !== saved.id), saved]
  return saved
}
