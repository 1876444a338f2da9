import type { Place } from '../../lib/state/groups-order'

/** A row of the list: the member's model, its priority and where it is on the screen. */
interface Row {
  modelId: number
  priority: number
  top: number
  bottom: number
}

/**
 * Takes a member by its handle to another place. Onto a row: beside that member,
 * with its priority. Between two rows of different priority: on its own there.
 */
export class MemberDrag {
  #moving = $state<number>()
  #place = $state.raw<Place>()
  #pointer = $state.raw({ x: 0, y: 0 })
  #frame = 0
  readonly #list: () => HTMLElement | undefined
  readonly #drop: (modelId: number, place: Place) => void

  constructor(list: () => HTMLElement | undefined, drop: (modelId: number, place: Place) => void) {
    this.#list = list
    this.#drop = drop
  }

  /** The model of the member that is on its way. */
  get moving(): number | undefined {
    return this.#moving
  }

  /** Where it would go; undefined: it stays. */
  get place(): Place | undefined {
    return this.#place
  }

  get pointer(): { x: number; y: number } {
    return this.#pointer
  }

  begin = (event: PointerEvent, modelId: number) => {
    if (event.button !== 0 || this.#moving !== undefined) return
    event.preventDefault()
    const handle = event.currentTarget as HTMLElement
    handle.setPointerCapture?.(event.pointerId)
    this.#moving = modelId
    this.#follow(event)
    const over = new AbortController()
    const { signal } = over
    const end = (drop: boolean) => {
      over.abort()
      cancelAnimationFrame(this.#frame)
      const place = this.#place
      this.#moving = this.#place = undefined
      if (drop && place) this.#drop(modelId, place)
    }
    handle.addEventListener('pointermove', this.#follow, { signal })
    handle.addEventListener('pointerup', () => end(true), { signal })
    handle.addEventListener('pointercancel', () => end(false), { signal })
    window.addEventListener(
      'keydown',
      (key) => {
        if (key.key !== 'Escape') return
        key.preventDefault()
        end(false)
      },
      { signal },
    )
    this.#scroll(handle.closest('main'))
  }

  #follow = (event: PointerEvent) => {
    this.#pointer = { x: event.clientX, y: event.clientY }
    this.#look()
  }

  #look() {
    const rows = this.#rows()
    this.#place = placeAt(rows, this.#pointer.y, this.#moving)
  }

  #rows(): Row[] {
    const found = this.#list()?.querySelectorAll<HTMLElement>('tr[data-model]') ?? []
    return [...found].map((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      const { model, priority } = row.dataset
      return { modelId: Number(model), priority: Number(priority), top, bottom }
    })
  }

  // Near an edge of what scrolls, it scrolls.
  #scroll(scroller: HTMLElement | null) {
    if (!scroller) return
    const edge = 48
    const step = () => {
      const { top, bottom } = scroller.getBoundingClientRect()
      const { y } = this.#pointer
      const by = y < top + edge ? y - top - edge : y > bottom - edge ? y - bottom + edge : 0
      if (by !== 0) {
        scroller.scrollBy(0, by / 4)
        this.#look()
      }
      this.#frame = requestAnimationFrame(step)
    }
    this.#frame = requestAnimationFrame(step)
  }
}

/** The place that a pointer at a height means, for the member that is on its way. */
export function placeAt(rows: Row[], y: number, moving?: number): Place | undefined {
  const first = rows[0]
  const last = rows.at(-1)
  if (!first || !last) return undefined
  const at = Math.max(
    0,
    rows.findLastIndex((row) => row.top <= y),
  )
  const row = rows[at] ?? first
  const { priority } = row
  const part = (y - row.top) / (row.bottom - row.top)
  const equals = rows.filter((one) => one.priority === priority).length > 1
  const own = rows.find(({ modelId }) => modelId === moving)?.priority === priority
  let side: Place['side'] = part < 0.3 ? 'before' : part > 0.7 ? 'after' : 'with'
  // Within a tier there is no order to choose.
  if (side === 'before' && rows[at - 1]?.priority === priority) side = 'with'
  if (side === 'after' && rows[at + 1]?.priority === priority) side = 'with'
  if (own && (side === 'with' || !equals)) return undefined
  return { priority, side }
}
