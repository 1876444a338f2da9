import { composing } from './composing'

interface Modal {
  /** What gets the focus first; else the dialog itself. */
  first?: (dialog: HTMLDialogElement) => HTMLElement | null | undefined | false
  onclose: () => void
}

/** The window's event when a dialog has opened or gone. */
const layered = 'headgate:layered'

/**
 * Keeps an element above everything. Of a window with a dialog only the dialog's
 * inside can be reached and is read out, so that is where the element goes.
 */
export function onTop(node: HTMLElement) {
  node.popover = 'manual'
  function rise() {
    const dialog = [...document.querySelectorAll('dialog[open]')].at(-1)
    node.hidePopover?.()
    ;(dialog ?? document.body).append(node)
    node.showPopover?.()
  }
  rise()
  addEventListener(layered, rise)
  return () => {
    removeEventListener(layered, rise)
    node.remove()
  }
}

/**
 * Shows a dialog that nothing behind it can be reached past. It closes with
 * Escape and with a press beside it, and gives the focus back. A form that was
 * written in isn't lost by a press beside it.
 */
export function modal({ first, onclose }: Modal) {
  return (dialog: HTMLDialogElement) => {
    const before = document.activeElement
    let written = false
    dialog.showModal()
    ;((first?.(dialog) || dialog) as HTMLElement).focus()
    dispatchEvent(new Event(layered))

    function typed(event: KeyboardEvent) {
      if (event.key !== 'Escape' || event.defaultPrevented || composing(event)) return
      event.preventDefault()
      event.stopPropagation()
      onclose()
    }
    function canceled(event: Event) {
      if (event.target !== dialog) return // a file field's
      event.preventDefault() // the owner takes the dialog away
      onclose()
    }
    function pressed(event: PointerEvent) {
      if (event.target !== dialog) return // its inside is its children's
      const { left, right, top, bottom } = dialog.getBoundingClientRect()
      const { clientX: x, clientY: y } = event
      const onEdge = x > left && x < right && y > top && y < bottom
      if (!onEdge && !written) onclose()
    }
    function wrote(event: Event) {
      if ((event.target as Element).closest('form')) written = true
    }
    dialog.addEventListener('keydown', typed)
    dialog.addEventListener('cancel', canceled)
    dialog.addEventListener('pointerdown', pressed)
    dialog.addEventListener('input', wrote)
    return () => {
      dialog.close()
      dispatchEvent(new Event(layered))
      // Unless the next thing has it already.
      const now = document.activeElement
      const lost = !now || now === document.body || dialog.contains(now)
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }
}
