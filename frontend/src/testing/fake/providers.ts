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
})

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
