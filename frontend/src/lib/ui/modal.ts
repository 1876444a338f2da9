interface Modal {
  /** What gets the focus first; else the dialog itself. */
  first?: (dialog: HTMLDialogElement) => HTMLElement | null | undefined | false
  onclose: () => void
}

/**
 * Shows a dialog that nothing behind it can be reached past. It closes with
 * Escape and with a press beside it, and gives the focus back.
 */
export function modal({ first, onclose }: Modal) {
  return (dialog: HTMLDialogElement) => {
    const before = document.activeElement
    dialog.showModal()
    ;((first?.(dialog) || dialog) as HTMLElement).focus()

    function typed(event: KeyboardEvent) {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      event.preventDefault()
      event.stopPropagation()
      onclose()
    }
    function canceled(event: Event) {
      event.preventDefault() // the owner takes the dialog away
      onclose()
    }
    function pressed(event: PointerEvent) {
      if (event.target === dialog) onclose() // its inside is its children's
    }
    dialog.addEventListener('keydown', typed)
    dialog.addEventListener('cancel', canceled)
    dialog.addEventListener('pointerdown', pressed)
    return () => {
      dialog.close()
      // Unless the next thing has it already.
      const now = document.activeElement
      const lost = !now || now === document.body || dialog.contains(now)
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }
}
