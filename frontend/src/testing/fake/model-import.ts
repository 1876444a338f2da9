import type * as T from '../../lib/api'
import { model } from '../samples'
import type { FakeProgram, Handlers } from '../fake'

interface Running {
  input: T.ModelImport
  looks: number
  progress: T.ModelImportProgress
}

export function modelImportHandlers(fake: FakeProgram): Handlers {
  const running = new Map<string, Running>()
  return {
    'Providers.ListModels': (input: T.ProviderInput) => listing(fake, input),
    'Providers.StartModelImport': (input: T.ModelImport) => {
      const id = `import-${fake.nextId()}`
      const progress: T.ModelImportProgress = {
        total: input.models.length + input.remove.length,
        count: 0,
        done: false,
        canceled: false,
        error: null,
        providerId: input.provider.id,
        added: 0,
        changed: 0,
        unchanged: 0,
        removed: 0,
        groupsMade: 0,
        membersAdded: 0,
      }
      running.set(id, { input, looks: 0, progress })
      return id
    },
    'Providers.ModelImportProgress': (id: string) => {
      const one = running.get(id)
      if (!one) throw JSON.stringify({ code: 'model_import_unknown' })
      const { progress, input } = one
      if (progress.done) return progress
      one.looks++
      progress.count = Math.floor((progress.total * one.looks) / fake.importLooks)
      if (one.looks >= fake.importLooks) bringIn(fake, input, progress)
      return progress
    },
    'Providers.CancelModelImport': (id: string) => {
      const progress = running.get(id)?.progress
      if (progress && !progress.done) Object.assign(progress, { done: true, canceled: true })
    },
  }
}

function listing(fake: FakeProgram, input: T.ProviderInput): T.ModelListing {
  const stored = fake.providers.find(({ id }) => id === input.id)?.models ?? []
  const unknown = {
    contextTokens: 0,
    inputPrice: null,
    outputPrice: null,
    cachedInputPrice: null,
    callPrice: null,
    priceSource: '',
  }
  if (!fake.probe.ok) return { probe: fake.probe, models: [], vanished: [] }
  return {
    probe: fake.probe,
    models: fake.listed.map((one) => ({
      ...unknown,
      ...one,
      knownId: stored.find(({ name }) => name === one.name)?.id ?? 0,
    })),
    vanished: stored.filter(({ name }) => !fake.listed.some((one) => one.name === name)),
  }
}

function bringIn(fake: FakeProgram, input: T.ModelImport, progress: T.ModelImportProgress) {
  const { keys, ...settings } = input.provider
  let owner = fake.providers.find(({ id }) => id === settings.id)
  if (!owner) {
    owner = {
      ...settings,
      id: fake.nextId(),
      keys: keys.map(({ enabled }) => ({ id: fake.nextId(), hint: 'sk-n…1234', enabled })),
      models: [],
      createdAt: 0,
      updatedAt: 0,
    }
    fake.providers.push(owner)
  }
  for (const { alias, ...values } of input.models) {
    const known = owner.models.find(({ name }) => name === values.name)
    if (known) {
      Object.assign(known, values)
      progress.changed++
    } else {
      owner.models.push(model(fake.nextId(), owner.id, values.name, values))
      progress.added++
    }
    if (alias) join(fake, owner, values.name, alias, progress)
  }
  owner.models = owner.models.filter(({ id }) => !input.remove.includes(id))
  Object.assign(progress, { done: true, removed: input.remove.length, providerId: owner.id })
}

function join(
  fake: FakeProgram,
  owner: T.Provider,
  name: string,
  alias: string,
  progress: T.ModelImportProgress,
) {
  let group = fake.groups.find((one) => one.name === alias)
  if (!group) {
    const id = fake.nextId()
    const times = { createdAt: 0, updatedAt: 0 }
    group = {
      id,
      name: alias,
      policy: 'priority',
      keyless: false,
      rules: [],
      enabled: true,
      members: [],
      ...times,
    }
    fake.groups.push(group)
    progress.groupsMade++
  }
  group.members.push({
    id: fake.nextId(),
    modelId: owner.models.find((one) => one.name === name)?.id ?? 0,
    providerId: owner.id,
    provider: owner.name,
    model: name,
    priority: group.members.length + 1,
    weight: 1,
    enabled: true,
  })
  progress.membersAdded++
}
