import { composing } from './composing'

/** Where a floating element stands: at an element's edge, or at a point of the window. */
export type Anchor = Element | { x: number; y: number }

interface Floating {
  anchor: Anchor
  align?: 'start' | 'end'
  /** Pixels between the anchor and the element. */
  gap?: number
  /** As wide as the anchor. */
  wide?: boolean
  onclose: () => void
}

const margin = 8

/**
 * Shows an element above everything else, below its anchor or, where there is
 * more room, above it. It closes with Escape and with a press elsewhere.
 */
export function float({ anchor, align = 'start', gap = 4, wide = false, onclose }: Floating) {
  return (node: HTMLElement) => {
    // The top layer is above open dialogs and beyond what their edges cut off.
    node.popover = 'manual'
    node.showPopover?.()

    function place() {
      const box =
        anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y)
      if (wide) node.style.width = `${box.width}px`
      const { scrollTop } = node
      node.style.maxHeight = ''
      const { offsetWidth: width, offsetHeight: height } = node
      const below = innerHeight - box.bottom - gap - margin
      const above = box.top - gap - margin
      const isAbove = height > below && above > below
      const room = isAbove ? above : below
      const left = align === 'end' ? box.right - width : box.left
      node.style.maxHeight = `${room}px`
      node.scrollTop = scrollTop
      node.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`
      node.style.top = `${isAbove ? box.top - gap - Math.min(height, room) : box.bottom + gap}px`
    }
    place()

    // Its own list may scroll; it stays where it is.
    function scrolled(event: Event) {
      if (!node.contains(event.target as Node)) place()
    }
    function pressed(event: PointerEvent) {
      const to = event.target as Node
      if (node.contains(to) || (anchor instanceof Element && anchor.contains(to))) return
      onclose()
    }
    function typed(event: KeyboardEvent) {
      if (event.key !== 'Escape' || composing(event)) return
      // One Escape closes one thing: the innermost, and not the dialog below.
      if (node.querySelector('[popover]')) return
      event.preventDefault()
      event.stopImmediatePropagation()
      onclose()
    }
    const resized = new ResizeObserver(place)
    resized.observe(node)
    addEventListener('resize', place)
    addEventListener('scroll', scrolled, true)
    addEventListener('pointerdown', pressed, true)
    addEventListener('keydown', typed, true)
    return () => {
      resized.disconnect()
      removeEventListener('resize', place)
      removeEventListener('scroll', scrolled, true)
      removeEventListener('pointerdown', pressed, true)
      removeEventListener('keydown', typed, true)
    }
  }
}
