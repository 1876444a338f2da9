const rows = 'tr, li, [role=row], section'
const reachable =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled)'

const within = (node: Element) =>
  [...node.querySelectorAll<HTMLElement>(reachable)].filter((one) => one.tabIndex >= 0)

/**
 * Keeps the focus near its place when what had it goes away, such as a deleted
 * row: who works by keyboard would otherwise begin again at the window's top.
 */
export function keepFocus(page: HTMLElement): () => void {
  let lost = (): HTMLElement | undefined => undefined
  let last: Element | null = null
  let place = ''

  function remember({ target }: FocusEvent) {
    // A dialog gives the focus back by itself.
    if (!(target instanceof Element) || target.closest('dialog')) return
    const row = target.closest(rows)
    last = null
    if (row === target) return // who lets whole rows have the focus sees to it
    const list = row?.parentElement
    const position = row && list ? [...list.children].indexOf(row) : 0
    const control = row ? within(row).indexOf(target as HTMLElement) : 0
    last = target
    place = location.hash.split('?')[0] ?? ''
    lost = () => {
      const others = list?.isConnected ? [...list.children].filter((one) => within(one).length) : []
      const near = others[Math.min(position, others.length - 1)]
      if (!near) return within(page)[0]
      const controls = within(near)
      return controls[Math.min(control, controls.length - 1)]
    }
  }

  const observer = new MutationObserver(() => {
    if (!last || last.isConnected) return
    if (document.activeElement && document.activeElement !== document.body) return
    last = null
    // On another page the person is elsewhere on purpose.
    if (place === (location.hash.split('?')[0] ?? '')) lost()?.focus({ preventScroll: true })
  })
  observer.observe(page, { childList: true, subtree: true })
  page.addEventListener('focusin', remember)
  return () => {
    observer.disconnect()
    page.removeEventListener('focusin', remember)
  }
}
