import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const keysHandlers = (fake: FakeProgram): Handlers => ({
  'APIKeys.List': () => fake.keys,
  'APIKeys.Create': (input: T.ApiKeyInput) => {
    const key = input.key || 'hg-0Zx81kQpYw3mVt7RbN5cLd9sHf2gJa4e'
    const { name, groupIds, models, enabled, expiresAt } = input
    const apiKey = {
      id: fake.nextId(),
      name,
      groupIds,
      models,
      enabled,
      expiresAt,
      prefix: key.slice(0, 6),
      lastFour: key.slice(-4),
      lastUsedAt: 0,
      previousLastFour: '',
      previousUntil: 0,
      createdAt: 0,
    }
    fake.keys = [apiKey, ...fake.keys]
    return { apiKey, key }
  },
  'APIKeys.Save': ({ id, name, groupIds, models, enabled, expiresAt }: T.ApiKeyInput) =>
    Object.assign(found(fake, id), { name, groupIds, models, enabled, expiresAt }),
  'APIKeys.Delete': (id: number) => {
    fake.keys = fake.keys.filter((one) => one.id !== id)
  },
  'APIKeys.Rotate': (id: number, graceSeconds: number) => {
    const old = found(fake, id)
    const key = 'hg-Rotated0mVt7RbN5cLd9sHf2gJaW7xY'
    Object.assign(old, {
      prefix: key.slice(0, 6),
      lastFour: key.slice(-4),
      previousLastFour: graceSeconds > 0 ? old.lastFour : '',
      previousUntil: graceSeconds > 0 ? Date.now() + graceSeconds * 1000 : 0,
    })
    return { apiKey: old, key }
  },
  'APIKeys.EndGrace': (id: number) => {
    Object.assign(found(fake, id), { previousLastFour: '', previousUntil: 0 })
  },
})

function found(fake: FakeProgram, id: number): T.ApiKey {
  const key = fake.keys.find((one) => one.id === id)
  if (!key) throw JSON.stringify({ code: 'api_key_not_found' })
  return key
}
