import {
  providers as api,
  type Model,
  type ProbeResult,
  type Provider,
  type ProviderInput,
} from '../api'
import { Resource } from './resource.svelte'

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
    keys: provider.keys.map(({ id, enabled }) => ({ id, enabled, secret: '' })),
  }
}

export class Providers {
  readonly #list = new Resource(async () => (await api.list()).map(filled))
  /** What tests found since the window opened, by provider id. */
  #tests = $state.raw<Record<number, ProbeResult>>({})

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

  lastTest(id: number): ProbeResult | undefined {
    return this.#tests[id]
  }

  async save(input: ProviderInput): Promise<Provider> {
    const saved = filled(await api.save(input))
    await this.#list.refresh()
    return saved
  }

  async setEnabled(id: number, enabled: boolean): Promise<void> {
    await api.setEnabled(id, enabled)
    await this.#list.refresh()
  }

  async remove(id: number): Promise<void> {
    await api.delete(id)
    await this.#list.refresh()
  }

  async test(input: ProviderInput): Promise<ProbeResult> {
    const found = await api.test(input)
    const result = { ...found, models: found.models ?? [] }
    if (input.id !== 0) this.keepTest(input.id, result)
    return result
  }

  keepTest(id: number, result: ProbeResult) {
    this.#tests = { ...this.#tests, [id]: result }
  }

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
    models: provider.models ?? [],
  }
}
