import { pages, settings, start } from './pages'

const numbered = pages.filter((page) => page !== start && page !== settings)

/** The key that leads to a page, with Ctrl or ⌘; '': it has none. */
export function keyOf(path: string): string {
  if (path === settings.path) return ','
  const at = numbered.findIndex((page) => page.path === path)
  return at < 0 ? '' : String(at + 1)
}

/** Where a pressed key leads; undefined: nowhere. By its place, since some keyboards want Shift for numbers. */
export function pathOf(event: KeyboardEvent): string | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  if (event.key === ',') return settings.path
  const number = /^Digit(\d)$/.exec(event.code)?.[1]
  return numbered[Number(number) - 1]?.path
}
