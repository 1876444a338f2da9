/** What to press for "undo", as this system writes it. */
export const undoKeys = /^Mac/.test(navigator.platform) ? '⌘Z' : 'Ctrl+Z'

/** Whether a key press means "undo" here: not in a text field, which has its own, nor behind a dialog. */
export function isUndo(event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() !== 'z' || event.shiftKey || event.altKey) return false
  if (!event.ctrlKey && !event.metaKey) return false
  const { target } = event
  if (target instanceof HTMLElement && target.closest('input, textarea, [contenteditable=true]')) {
    const type = target.getAttribute('type') ?? 'text'
    if (!['checkbox', 'radio', 'button'].includes(type)) return false
  }
  return document.querySelector('[role=dialog], [role=alertdialog]') === null
}
