import {
  providers as api,
  type KeyHealth,
  type KeyPlace,
  type Model,
  type ProbeResult,
  type Provider,
  type ProviderInput,
  type ProviderKeyInput,
  type RemovedKeys,
} from '../api'
import { Resource } from './resource.svelte'

/** A test's result with when it came, in Unix milliseconds. */
export type Tested = ProbeResult & { at: number }

/** What a provider's form starts from: stored keys are kept by their id. */
export function inputOf(provider: Provider): ProviderInput {
  return {
    id: provider.id,
    name: provider.name,
    dialect: provider.dialect,
    baseUrl: provider.baseUrl,
    enabled: provider.enabled,
    headers: provider.headers.map((header) => ({ ...header })),
    proxy: provider.proxy,
    timeouts: { ...provider.timeouts },
    rules: provider.rules.map((rule) => ({ ...rule })),
    keys: provider.keys.map(({ id, enabled }) => ({ id, enabled, secret: '' })),
  }
}

export class Providers {
  readonly #list = new Resource(async () => (await api.list()).map(filled))
  readonly #keyHealth = new Resource(async () =>
    Object.fromEntries((await api.keyHealth()).map((state) => [state.providerKeyId, state])),
  )
  /** What tests found since the window opened, by provider id. */
  #tests = $state.raw<Record<number, Tested>>({})

  get list(): Resource<Provider[]> {
    return this.#list
  }

  get all(): Provider[] {
    return this.#list.data ?? []
  }

  byId(id: number): Provider | undefined {
    return this.all.find((provider) => provider.id === id)
  }

  /** The provider of a model, with the model. */
  model(modelId: number): { provider: Provider; model: Model } | undefined {
    for (const provider of this.all) {
      const model = provider.models.find(({ id }) => id === modelId)
      if (model) return { provider, model }
    }
    return undefined
  }

  lastTest(id: number): Tested | undefined {
    return this.#tests[id]
  }

  /** The state of a provider key; undefined when it was neither used nor has failed. */
  keyHealth(providerKeyId: number): KeyHealth | undefined {
    return this.#keyHealth.data?.[providerKeyId]
  }

  refreshHealth = () => this.#keyHealth.refresh()

  /** Saves; a test of what was there before says nothing any more. */
  async save(input: ProviderInput): Promise<Provider> {
    const saved = filled(await api.save(input))
    this.#tests = Object.fromEntries(
      Object.entries(this.#tests).filter(([id]) => Number(id) !== saved.id),
    )
    await this.#list.refresh()
    return saved
  }

  /** Saves a provider with another key pool, and all else as it is stored. */
  async saveKeys(
    provider: Provider,
    change: (keys: ProviderKeyInput[]) => ProviderKeyInput[],
  ): Promise<void> {
    const input = inputOf(provider)
    await this.save({ ...input, keys: change(input.keys) })
  }

  async duplicate(id: number): Promise<Provider> {
    const made = filled(await api.duplicate(id))
    await this.#list.refresh()
    return made
  }

  /** Where a key is kept, by its whole text. */
  async keyPlaces(secret: string): Promise<KeyPlace[]> {
    const places = (await api.keyPlaces(secret)) ?? []
    return places.map((place) => ({ ...place, groups: place.groups ?? [] }))
  }

  async removeKeys(ids: number[]): Promise<RemovedKeys> {
    const removed = await api.removeKeys(ids)
    await this.#list.refresh()
    return removed
  }

  async setEnabled(id: number, enabled: boolean): Promise<void> {
    await api.setEnabled(id, enabled)
    await this.#list.refresh()
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    await this.#list.refresh()
  }

  /** Tries settings, perhaps unsaved ones; keepTest remembers what came of it. */
  async test(input: ProviderInput): Promise<Tested> {
    const found = await api.test(input)
    return { ...found, models: found.models ?? [], at: Date.now() }
  }

  keepTest(id: number, result: Tested) {
    this.#tests = { ...this.#tests, [id]: result }
  }

  /** Saves models one by one; what was saved before a failure stays. */
  async saveModels(models: Model[]): Promise<void> {
    try {
      for (const model of models) await api.saveModel(model)
    } finally {
      await this.#list.refresh()
    }
  }

  async removeModel(id: number): Promise<void> {
    await api.deleteModel(id)
    await this.#list.refresh()
  }
}

// Go encodes an empty list as null.
function filled(provider: Provider): Provider {
  return {
    ...provider,
    headers: provider.headers ?? [],
    keys: provider.keys ?? [],
    rules: provider.rules ?? [],
    models: provider.models ?? [],
  }
}
