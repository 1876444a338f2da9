import { asFailure, gateway as api, type GatewayStatus } from '../api'
import { Resource } from './resource.svelte'

/** The gateway's door, as the pill and the banners show it. */
export class GatewayDoor {
  readonly #status = new Resource(api.status)
  #busy = $state(false)

  get status(): GatewayStatus | null {
    return this.#status.data
  }

  get failure() {
    return this.#status.failure
  }

  get busy(): boolean {
    return this.#busy
  }

  refresh = () => this.#status.refresh()

  /** A start that fails leaves the door in the state "failed", which says why. */
  start = () =>
    this.#act(async () => {
      try {
        await api.start()
      } catch (reason) {
        await this.#status.refresh()
        if (this.status?.state !== 'failed') throw asFailure(reason, 'Gateway.Start')
      }
    })

  stop = () => this.#act(api.stop)

  async #act(action: () => Promise<void>) {
    this.#busy = true
    try {
      await action()
      await this.#status.refresh()
    } finally {
      this.#busy = false
    }
  }
}
