import { calls as api } from '../api'
import { anyCall } from '../api/any-call'
import type { ApiKeys } from './keys.svelte'
import type { Groups } from './groups.svelte'
import type { Providers } from './providers.svelte'
import { Resource } from './resource.svelte'

export const steps = ['provider', 'model', 'group', 'key', 'call'] as const
export type Step = (typeof steps)[number]

const dismissed = 'headgate.started'

/** The way from an empty program to the first call that was answered. */
export class Checklist {
  readonly #answered = new Resource(async () => {
    const page = await api.page({ ...anyCall, limit: 1, states: ['ok'] })
    return (page.rows ?? []).length > 0
  })
  #dismissed = $state(isDismissed())
  readonly #providers: Providers
  readonly #groups: Groups
  readonly #keys: ApiKeys

  constructor(providers: Providers, groups: Groups, keys: ApiKeys) {
    this.#providers = providers
    this.#groups = groups
    this.#keys = keys
  }

  /** Whether everything that the list looks at has been fetched once. */
  get known(): boolean {
    return [this.#providers.list, this.#groups.list, this.#keys.list, this.#answered].every(
      ({ data, failure }) => data !== null || failure !== null,
    )
  }

  done(step: Step): boolean {
    switch (step) {
      case 'provider':
        return this.#providers.all.length > 0
      case 'model':
        return this.#providers.all.some(({ models }) => models.length > 0)
      case 'group':
        return this.#groups.all.some(({ members }) => members.length > 0)
      case 'key':
        return this.#keys.all.length > 0
      case 'call':
        return this.#answered.data === true
    }
  }

  get next(): Step | undefined {
    return steps.find((step) => !this.done(step))
  }

  get visible(): boolean {
    return !this.#dismissed
  }

  /** Asks for the first answered call, until there is one. */
  refresh = async () => {
    if (!this.done('call')) await this.#answered.refresh()
  }

  dismiss() {
    this.#dismissed = true
    try {
      localStorage.setItem(dismissed, 'yes')
    } catch {
      // A browser may refuse; the list then comes back with the next window.
    }
  }
}

function isDismissed(): boolean {
  try {
    return localStorage.getItem(dismissed) === 'yes'
  } catch {
    return false
  }
}
