import { calls as api, type Bodies } from '../api'
import { Resource } from './resource.svelte'

/** What a call carried. Fetched only when somebody wants to see it. */
export class CallBodies extends Resource<Bodies> {
  constructor(id: string) {
    super(async () => {
      const bodies = await api.bodies(id)
      return { ...bodies, requestHeaders: bodies.requestHeaders ?? [] }
    })
  }
}
