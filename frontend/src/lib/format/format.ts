// Numbers, money, times and durations by Intl. Unknown is a dash, never a zero.

export const unknown = '–'

type Format = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat

const cache = new Map<string, Format>()

function numbers(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return cached(
    `n${locale}${JSON.stringify(options)}`,
    () => new Intl.NumberFormat(locale, options),
  )
}

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return cached(
    `d${locale}${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options }),
  )
}

function cached<F extends Format>(key: string, make: () => F): F {
  const known = cache.get(key)
  if (known) return known as F
  const made = make()
  cache.set(key, made)
  return made
}

export function count(locale: string, n: number | null): string {
  return n === null ? unknown : numbers(locale, {}).format(n)
}

/** US dollars, with as many digits as a small amount needs. */
export function money(locale: string, dollars: number | null): string {
  if (dollars === null) return unknown
  const size = Math.abs(dollars)
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 4 : 6
  return numbers(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(dollars)
}

export function nanos(locale: string, amount: number | null): string {
  return money(locale, amount === null ? null : amount / 1e9)
}

export function duration(locale: string, ms: number | null): string {
  if (ms === null) return unknown
  const unit = (value: number, name: string, digits: number) =>
    numbers(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'narrow',
      maximumFractionDigits: digits,
    }).format(value)
  if (ms < 10) return unit(ms, 'millisecond', 1)
  if (ms < 1000) return unit(ms, 'millisecond', 0)
  if (ms < 60_000) return unit(ms / 1000, 'second', ms < 10_000 ? 2 : 1)
  if (ms < 3_600_000) return unit(ms / 60_000, 'minute', 1)
  return unit(ms / 3_600_000, 'hour', 1)
}

export function bytes(locale: string, n: number): string {
  const [value, unit] =
    n < 1024 ? [n, 'byte'] : n < 1 << 20 ? [n / 1024, 'kilobyte'] : [n / (1 << 20), 'megabyte']
  return numbers(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(value)
}

/** A number in few characters, such as 1.2M. */
export function compact(locale: string, n: number | null): string {
  if (n === null) return unknown
  return numbers(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(n)
}

/** A share from 0 to 1; never "100%" for what isn't all of it. */
export function percent(locale: string, share: number | null): string {
  if (share === null) return unknown
  const most = share < 1 ? Math.min(share, 0.999) : share
  return numbers(locale, { style: 'percent', maximumFractionDigits: 1 }).format(most)
}

/** How much more, or less, something is than it was, as a share of what it was. */
export function change(locale: string, now: number | null, before: number | null): string {
  if (now === null || before === null || before === 0) return unknown
  return numbers(locale, {
    style: 'percent',
    signDisplay: 'exceptZero',
    maximumFractionDigits: Math.abs(now / before - 1) < 0.1 ? 1 : 0,
  }).format(now / before - 1)
}

/** The difference of two numbers, with its sign. */
export function difference(locale: string, now: number | null, before: number | null): string {
  if (now === null || before === null) return unknown
  return numbers(locale, { signDisplay: 'exceptZero', maximumFractionDigits: 1 }).format(
    now - before,
  )
}

/** A time of day for today, with the date for any other day. */
export function time(locale: string, at: number, now = Date.now()): string {
  const clock: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString()
  return dates(locale, sameDay ? clock : { month: 'numeric', day: 'numeric', ...clock }).format(at)
}

export function dateTime(locale: string, at: number): string {
  return dates(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at)
}

export function date(locale: string, at: number): string {
  return dates(locale, { dateStyle: 'medium' }).format(at)
}

export function hourOf(locale: string, at: number): string {
  return dates(locale, { hour: '2-digit', minute: '2-digit' }).format(at)
}

export function shortDay(locale: string, at: number): string {
  return dates(locale, { month: 'numeric', day: 'numeric' }).format(at)
}

export function dayAndHour(locale: string, at: number): string {
  return dates(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)
}

/** Minutes and seconds that are left, as a clock shows them. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** How long ago or how far ahead something is, in words; its date beyond a month. */
export function ago(locale: string, at: number, now: number): string {
  const seconds = (at - now) / 1000
  const size = Math.abs(seconds)
  if (size < 10) return relative(locale, 0, 'second')
  // Seconds that count one by one only distract.
  if (size < 60) return relative(locale, Math.trunc(seconds / 10) * 10, 'second')
  if (size < 3600) return relative(locale, Math.trunc(seconds / 60), 'minute')
  if (size < 86_400) return relative(locale, Math.trunc(seconds / 3600), 'hour')
  if (size < 30 * 86_400) return relative(locale, Math.trunc(seconds / 86_400), 'day')
  return date(locale, at)
}

function relative(locale: string, n: number, unit: Intl.RelativeTimeFormatUnit): string {
  return cached(
    `r${locale}${n === 0}`,
    () => new Intl.RelativeTimeFormat(locale, { numeric: n === 0 ? 'auto' : 'always' }),
  ).format(n, unit)
}

/** The start of the day after an <input type="date"> value, as the person's clock has it. */
export function endOfDay(value: string): number {
  const [year, month, day] = value.split('-').map(Number)
  if (!year || !month || !day) return 0
  return new Date(year, month - 1, day + 1).getTime()
}

/** The start of at's day, or of one so many days later, as the person's clock has it. */
export function startOfDay(at: number, later = 0): number {
  const d = new Date(at)
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + later).getTime()
}

/** The <input type="date"> value whose endOfDay is at. */
export function dayOf(at: number): string {
  if (at === 0) return ''
  const d = new Date(at - 1)
  const pad = (n: number, width: number) => String(n).padStart(width, '0')
  return `${pad(d.getFullYear(), 4)}-${pad(d.getMonth() + 1, 2)}-${pad(d.getDate(), 2)}`
}
