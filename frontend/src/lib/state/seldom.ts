/** Calls act at once, then at most once in so many milliseconds; the last call is never lost. */
export function seldom(pause: number, act: () => unknown): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false

  function call() {
    if (timer !== undefined) {
      again = true
      return
    }
    again = false
    act()
    timer = setTimeout(() => {
      timer = undefined
      if (again) call()
    }, pause)
  }

  function stop() {
    clearTimeout(timer)
    timer = undefined
    again = false
  }
  return { call, stop }
}
