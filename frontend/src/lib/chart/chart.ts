/** One of the colours for series: --series-1 … --series-4, or a status. */
export type Colour = 'series-1' | 'series-2' | 'series-3' | 'series-4' | 'ok' | 'bad' | 'off'

/** Colour and pattern go together: neither has to tell alone. */
export const strokes: Record<Colour, string> = {
  'series-1': 'stroke-series-1',
  'series-2': 'stroke-series-2',
  'series-3': 'stroke-series-3',
  'series-4': 'stroke-series-4',
  ok: 'stroke-ok',
  bad: 'stroke-bad',
  off: 'stroke-line-strong',
}

export const fills: Record<Colour, string> = {
  'series-1': 'fill-series-1',
  'series-2': 'fill-series-2',
  'series-3': 'fill-series-3',
  'series-4': 'fill-series-4',
  ok: 'fill-ok',
  bad: 'fill-bad',
  off: 'fill-line-strong',
}

/** What is measured, at each moment of a chart; null is unknown. */
export interface Series {
  name: string
  colour: Colour
  values: (number | null)[]
  /** A dash pattern, for lines. */
  dash?: string
  /** Where a click on its part of a moment leads. */
  href?: (moment: number) => string
}

/** A step of a chart's time: short on the axis, long in the table. */
export interface Moment {
  key: number
  short: string
  long: string
  /** Where a click on all of it leads. */
  href?: string
}

export interface Bar {
  key: string
  name: string
  value: number | null
  /** Beside the value, such as a share. */
  more?: string
  href?: string
}

export interface Cell {
  text: string
  href?: string
}

/** The data behind a chart: the first column names the rows. */
export interface Table {
  columns: string[]
  rows: { key: string; cells: Cell[] }[]
}
