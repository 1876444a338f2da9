import { createSubscriber } from 'svelte/reactivity'

/** The time, a second at a time, for as long as something shows it. */
export class Clock {
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000)
    return () => clearInterval(timer)
  })

  get now(): number {
    this.#subscribe()
    return Date.now()
  }
}
