import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { provider } from '../../testing/samples'
import { Groups } from './groups.svelte'
import { ModelImports } from './model-import.svelte'
import { inputOf, Providers } from './providers.svelte'

describe('ModelImports', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function made() {
    const fake = new FakeProgram()
    fake.providers = [provider(1, 'A'), provider(2, 'B')]
    fake.listed = [{ name: 'm' }]
    fake.install()
    const providers = new Providers()
    return { fake, providers, imports: new ModelImports(providers, new Groups()) }
  }
  const looks = (fake: FakeProgram) =>
    fake.sent.filter(({ method }) => method === 'Providers.ModelImportProgress').length

  it('knows the listing that was asked for last, and none that was forgotten', async () => {
    const { fake, imports } = made()
    const [a, b] = fake.providers.map(inputOf)
    const first = imports.fetch(a!)
    await imports.fetch(b!)
    await first
    expect(imports.fetched?.input.id).toBe(2)
    expect(imports.fetching).toBe(false)
    const third = imports.fetch(a!)
    imports.forget()
    await third
    expect(imports.fetched).toBeNull()
  })

  it('looks at an import until it is done, and has the lists by then', async () => {
    const { fake, imports, providers } = made()
    fake.importLooks = 3
    const [a] = fake.providers.map(inputOf)
    const model = { name: 'm', alias: '', contextTokens: 0 }
    const prices = { inputPrice: null, outputPrice: null, cachedInputPrice: null, callPrice: null }
    await imports.start({ provider: a!, models: [{ ...model, ...prices }], remove: [] })
    await vi.advanceTimersByTimeAsync(0)
    expect(imports.progress).toMatchObject({ done: false, total: 1 })
    await vi.advanceTimersByTimeAsync(2 * ModelImports.pause)
    expect(imports.progress).toMatchObject({ done: true, added: 1 })
    expect(providers.byId(1)?.models.map(({ name }) => name)).toEqual(['m'])
    await vi.advanceTimersByTimeAsync(5 * ModelImports.pause)
    expect(looks(fake)).toBe(3)
  })

  it('stops looking when nothing is known of an import, until it is asked again', async () => {
    const { fake, imports } = made()
    imports.watch('lost')
    await vi.advanceTimersByTimeAsync(5 * ModelImports.pause)
    expect(imports.runFailure?.code).toBe('model_import_unknown')
    expect(looks(fake)).toBe(1)
    imports.watch('lost')
    await vi.advanceTimersByTimeAsync(0)
    expect(looks(fake)).toBe(2)
  })
})
