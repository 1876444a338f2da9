export interface Action {
  label: string
  act: () => void
}

/** What Toasts shows. */
export interface Toast {
  text: string
  action?: Action
}

/** The window's event that carries a Toast to wherever toasts are shown. */
export const said = 'headgate:said'

/**
 * Says that something worked, for a moment, and perhaps how to take it back.
 * What failed is never said here alone.
 */
export function notify(text: string, action?: Action) {
  dispatchEvent(new CustomEvent<Toast>(said, { detail: { text, action } }))
}
