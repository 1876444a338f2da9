import type { Topic, Transport } from '../api'

type Heard = () => void

/**
 * Tells whoever follows a topic that it changed: at most four times a second,
 * and not while nobody can see the window.
 */
export class Changes {
  #followers = new Map<Topic, Set<Heard>>()
  #pending = new Set<Topic>()
  #timer: ReturnType<typeof setTimeout> | undefined

  static readonly pause = 250

  follow(topics: Topic[], heard: Heard): () => void {
    for (const topic of topics) {
      const followers = this.#followers.get(topic) ?? new Set()
      followers.add(heard)
      this.#followers.set(topic, followers)
    }
    return () => topics.forEach((topic) => this.#followers.get(topic)?.delete(heard))
  }

  connect(transport: Transport): () => void {
    const stop = transport.listen(
      (topics) => this.publish(topics),
      () => this.publish([...this.#followers.keys()]),
    )
    const seen = () => this.#schedule()
    document.addEventListener('visibilitychange', seen)
    return () => {
      stop()
      clearTimeout(this.#timer)
      this.#timer = undefined
      document.removeEventListener('visibilitychange', seen)
    }
  }

  publish(topics: Topic[]) {
    topics.forEach((topic) => this.#pending.add(topic))
    this.#schedule()
  }

  #schedule() {
    if (this.#timer !== undefined || document.hidden || this.#pending.size === 0) return
    this.#tell()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#schedule()
    }, Changes.pause)
  }

  #tell() {
    const heard = new Set(
      [...this.#pending].flatMap((topic) => [...(this.#followers.get(topic) ?? [])]),
    )
    this.#pending.clear()
    heard.forEach((tell) => tell())
  }
}
