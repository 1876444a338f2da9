import {
  asFailure,
  providers as api,
  type Failure,
  type ModelImport,
  type ModelImportProgress,
  type ModelListing,
  type ProviderInput,
} from '../api'
import type { Groups } from './groups.svelte'
import type { Providers } from './providers.svelte'

/** A listing with whose it is: the settings that it was fetched with. */
export interface Fetched {
  input: ProviderInput
  listing: ModelListing
}

/** The import of models: what a provider lists, and the import that was started last. */
export class ModelImports {
  #fetched = $state.raw<Fetched | null>(null)
  #fetching = $state(false)
  #fetchFailure = $state.raw<Failure | null>(null)
  #round = 0

  #run = $state('')
  #progress = $state.raw<ModelImportProgress | null>(null)
  #runFailure = $state.raw<Failure | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly #providers: Providers
  readonly #groups: Groups

  /** Milliseconds between two looks at a running import. */
  static readonly pause = 300

  constructor(providers: Providers, groups: Groups) {
    this.#providers = providers
    this.#groups = groups
  }

  /** What was fetched last; the probe in it says why there is no list. */
  get fetched(): Fetched | null {
    return this.#fetched
  }

  get fetching(): boolean {
    return this.#fetching
  }

  /** Why nothing could be asked; what a provider answered stands in the listing. */
  get fetchFailure(): Failure | null {
    return this.#fetchFailure
  }

  get progress(): ModelImportProgress | null {
    return this.#progress
  }

  /** Why nothing more is known of the import. */
  get runFailure(): Failure | null {
    return this.#runFailure
  }

  /** Asks a provider for its models. A later question makes an earlier one void. */
  async fetch(input: ProviderInput): Promise<void> {
    const round = ++this.#round
    this.#fetching = true
    this.#fetchFailure = null
    try {
      const listing = await api.listModels(input)
      if (round !== this.#round) return
      this.#fetched = { input, listing: filled(listing) }
    } catch (reason) {
      if (round === this.#round) this.#fetchFailure = asFailure(reason, 'Providers.ListModels')
    } finally {
      if (round === this.#round) this.#fetching = false
    }
  }

  /** Forgets what was fetched, and what is still on its way. */
  forget() {
    this.#round++
    this.#fetched = null
    this.#fetching = false
    this.#fetchFailure = null
  }

  /** Begins an import and returns its id; rejects when it could not begin. */
  async start(input: ModelImport): Promise<string> {
    const id = await api.startModelImport(input)
    this.#progress = null
    this.watch(id)
    return id
  }

  /** Looks at an import until it has ended. */
  watch(id: string) {
    if (this.#run === id && this.#runFailure === null) return
    clearTimeout(this.#timer)
    this.#run = id
    this.#progress = null
    this.#runFailure = null
    void this.#look(id)
  }

  async cancel(): Promise<void> {
    await api.cancelModelImport(this.#run)
  }

  async #look(id: string) {
    try {
      const progress = await api.modelImportProgress(id)
      if (id !== this.#run) return
      if (progress.done) {
        // The lists are there before the result that links to them.
        await Promise.all([this.#providers.list.refresh(), this.#groups.list.refresh()])
        if (!progress.error && !progress.canceled) this.forget()
      } else this.#timer = setTimeout(() => void this.#look(id), ModelImports.pause)
      if (id === this.#run) this.#progress = progress
    } catch (reason) {
      if (id === this.#run) this.#runFailure = asFailure(reason, 'Providers.ModelImportProgress')
    }
  }
}

// Go encodes an empty list as null.
function filled(listing: ModelListing): ModelListing {
  return {
    probe: { ...listing.probe, models: listing.probe.models ?? [] },
    models: listing.models ?? [],
    vanished: listing.vanished ?? [],
  }
}
