// Scales by hand: round numbers on the axis, and lines that stop where nothing is known.

/** Round numbers from 0 to at least most, about as many steps as wanted; whole ones of what has no halves. */
export function ticks(most: number, whole = false, wanted = 4): number[] {
  if (!(most > 0)) return [0, 1]
  const rough = whole ? Math.max(1, most / wanted) : most / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step =
    ([1, 2, 2.5, 5, 10].find(
      (one) => (!whole || (one * power) % 1 === 0) && one * power >= rough * 0.999,
    ) ?? 10) * power
  const steps = Math.ceil((most / step) * 0.9999)
  return Array.from({ length: steps + 1 }, (_, i) => i * step)
}

export interface Point {
  x: number
  y: number
}

/** Runs of neighbouring points: a null is a gap. */
export function runs(points: (Point | null)[]): Point[][] {
  const found: Point[][] = []
  let open: Point[] | null = null
  for (const point of points) {
    if (point === null) {
      open = null
      continue
    }
    if (!open) found.push((open = []))
    open.push(point)
  }
  return found
}

export function path(run: Point[]): string {
  return run.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')
}

function round(n: number): number {
  return Math.round(n * 10) / 10
}

/** Which of count labels fit: the first, and then every so many. */
export function labelled(count: number, width: number, each: number): number[] {
  const every = Math.max(1, Math.ceil((count * each) / Math.max(width, 1)))
  return Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every)
}
