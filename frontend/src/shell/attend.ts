import type { Desk } from '../lib/api'

/** Tells the desktop, until the returned function is called, whether a person is at the window. */
export function attend(desk: Desk): () => void {
  let before: boolean | undefined
  const look = () => {
    const here = !document.hidden && document.hasFocus()
    if (here !== before) desk.attend(here)
    before = here
  }
  look()
  const stop = new AbortController()
  const { signal } = stop
  addEventListener('focus', look, { signal })
  addEventListener('blur', look, { signal })
  document.addEventListener('visibilitychange', look, { signal })
  return () => stop.abort()
}
