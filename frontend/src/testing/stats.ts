import type * as T from '../lib/api'

/** What app/calllog would tell of these calls, in equal steps and with exact percentiles. */
export function statsOf(rows: T.CallRow[], query: T.StatsQuery): T.Stats {
  const wanted = rows.filter(
    (row) =>
      row.state !== 'open' &&
      (query.groupId === 0 || row.groupId === query.groupId) &&
      (query.apiKeyId === 0 || row.apiKeyId === query.apiKeyId) &&
      (query.providerId === 0 || row.providerId === query.providerId) &&
      (query.model === '' || row.model === query.model) &&
      (query.member === '' || row.member === query.member),
  )
  const between = (from: number, to: number) =>
    wanted.filter(({ startedAt }) => startedAt >= from && startedAt < to)
  const { from, to, buckets } = query
  const found = between(from, to)
  const step = (to - from) / buckets
  const by = (of: (row: T.CallRow) => { id: number; name: string }): T.Part[] => {
    const parts: Record<string, T.CallRow[]> = {}
    for (const row of found) (parts[JSON.stringify(of(row))] ??= []).push(row)
    return Object.entries(parts)
      .map(([part, rows]) => ({
        ...(JSON.parse(part) as { id: number; name: string }),
        others: 0,
        share: rows.length / found.length,
        figures: figuresOf(rows),
      }))
      .toSorted((a, b) => b.figures.calls - a.figures.calls)
  }
  return {
    from,
    to,
    totals: figuresOf(found),
    before: figuresOf(between(2 * from - to, from)),
    series: Array.from({ length: buckets }, (_, i) => ({
      start: from + i * step,
      figures: figuresOf(between(from + i * step, from + (i + 1) * step)),
    })),
    byModel: by(({ model }) => ({ id: 0, name: model })),
    byGroup: by(({ groupId, model }) => ({ id: groupId, name: model })),
    byApiKey: by(({ apiKeyId, apiKey }) => ({ id: apiKeyId, name: apiKey })),
    byProvider: by(({ provider }) => ({ id: provider ? 1 : 0, name: provider })),
    byMember: by(({ provider, member }) => ({ id: provider ? 1 : 0, name: member })),
  }
}

function figuresOf(rows: T.CallRow[]): T.Figures {
  const many = (state: string) => rows.filter((row) => row.state === state).length
  const ok = rows.filter(({ state }) => state === 'ok')
  const [judged, durations, waits] = [
    ok.length + many('failed') + many('partial'),
    ok.map(({ durationMs }) => durationMs ?? 0).toSorted((a, b) => a - b),
    ok.flatMap(({ firstTokenMs }) => firstTokenMs ?? []).toSorted((a, b) => a - b),
  ]
  const sum = (told: (number | null)[]) =>
    told.some((n) => n !== null) ? told.reduce<number>((all, n) => all + (n ?? 0), 0) : null
  const mean = (list: number[]) => (list.length > 0 ? (sum(list) ?? 0) / list.length : null)
  const at = (list: number[], q: number) => list[Math.floor(q * (list.length - 1))] ?? null
  const attempts = rows.reduce((all, row) => all + row.attempts, 0)
  const untold = (told: (number | null)[]) => told.filter((n) => n === null).length
  const [input, output, cost] = [
    ok.map(({ inputTokens }) => inputTokens),
    ok.map(({ outputTokens }) => outputTokens),
    ok.map(({ costNanos }) => costNanos),
  ]
  return {
    calls: rows.length,
    ok: ok.length,
    failed: many('failed'),
    partial: many('partial'),
    canceled: many('canceled'),
    refused: many('refused'),
    interrupted: many('interrupted'),
    rescued: ok.filter((row) => row.attempts > 1).length,
    attempts,
    attemptsFailed: attempts - ok.length,
    successRate: judged > 0 ? ok.length / judged : null,
    meanMs: mean(durations),
    p50Ms: at(durations, 0.5),
    p95Ms: at(durations, 0.95),
    p99Ms: at(durations, 0.99),
    firstTokenMs: mean(waits),
    firstTokenP50Ms: at(waits, 0.5),
    firstTokenP95Ms: at(waits, 0.95),
    firstTokenP99Ms: at(waits, 0.99),
    inputTokens: sum(input),
    inputUnknown: untold(input),
    outputTokens: sum(output),
    outputUnknown: untold(output),
    cachedTokens: null,
    cachedUnknown: ok.length,
    reasoningTokens: null,
    reasoningUnknown: ok.length,
    costNanos: sum(cost),
    costUnknown: untold(cost),
  }
}
