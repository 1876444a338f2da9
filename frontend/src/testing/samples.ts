import type * as T from '../lib/api'

const price = { inputPrice: null, outputPrice: null, cachedInputPrice: null, callPrice: null }

export function model(
  id: number,
  providerId: number,
  name: string,
  more: Partial<T.Model> = {},
): T.Model {
  return { id, providerId, name, enabled: true, contextTokens: 0, ...price, ...more }
}

export function provider(id: number, name: string, more: Partial<T.Provider> = {}): T.Provider {
  return {
    id,
    name,
    dialect: 'openai',
    baseUrl: `https://${name.toLowerCase().replaceAll(' ', '-')}.example.com/v1`,
    enabled: true,
    headers: [],
    proxy: '',
    timeouts: { connectSeconds: 0, firstTokenSeconds: 0, streamIdleSeconds: 0, replySeconds: 0 },
    rules: [],
    keys: [{ id: id * 10, hint: 'sk-a…wxyz', enabled: true }],
    models: [],
    createdAt: 0,
    updatedAt: 0,
    ...more,
  }
}

export function member(id: number, of: T.Provider, modelId: number, priority: number): T.Member {
  const name = of.models.find((one) => one.id === modelId)?.name ?? ''
  return {
    id,
    modelId,
    providerId: of.id,
    provider: of.name,
    model: name,
    priority,
    weight: 1,
    enabled: true,
  }
}

export function row(seq: number, more: Partial<T.CallRow> = {}): T.CallRow {
  return {
    seq,
    id: `req-${seq}`,
    startedAt: 1_790_000_000_000 + seq * 1000,
    durationMs: 840 + ((seq * 137) % 2400),
    firstTokenMs: 210 + ((seq * 61) % 400),
    route: 'chat.completions',
    apiKeyId: 1,
    apiKey: 'laptop',
    groupId: 1,
    model: 'chat',
    stream: seq % 2 === 0,
    state: 'ok',
    status: 200,
    errorCode: '',
    message: '',
    attempts: 1,
    providerId: 1,
    provider: 'OpenAI',
    member: 'gpt-4.1-mini',
    inputTokens: 120 + ((seq * 31) % 4000),
    outputTokens: 40 + ((seq * 17) % 900),
    costNanos: 1_000 * ((seq * 7919) % 90_000),
    ...more,
  }
}

export function attempt(more: Partial<T.Attempt> = {}): T.Attempt {
  return {
    memberId: 1,
    providerId: 1,
    provider: 'OpenAI',
    model: 'gpt-4.1-mini',
    keyHint: 'sk-a…wxyz',
    priority: 1,
    startMs: 0,
    connectMs: null,
    firstByteMs: null,
    firstTokenMs: null,
    totalMs: 10,
    status: 200,
    class: 'ok',
    blames: 'nobody',
    action: 'done',
    reason: '',
    message: '',
    keyword: '',
    benchMs: 0,
    rule: null,
    ...more,
  }
}

export const settings: T.Settings = {
  language: '',
  theme: 'system',
  gateway: {
    address: '127.0.0.1:8001',
    startOnOpen: true,
    names: [],
    origins: [],
    networks: [],
    sought: null,
  },
  failover: { count: 2, minutes: 5, cooldownSeconds: 60, attempts: 8, beginSeconds: 300 },
  timeouts: {
    connectSeconds: 10,
    firstTokenSeconds: 120,
    streamIdleSeconds: 120,
    replySeconds: 600,
  },
  log: { days: 90, bodies: 'errors', bodyDays: 7, bodyKb: 32 },
  closeToTray: true,
  notify: { failover: true, exhausted: true },
  updates: false,
}

export function apiKey(id: number, name: string, more: Partial<T.ApiKey> = {}): T.ApiKey {
  return {
    id,
    name,
    groupIds: [1],
    prefix: 'hg-4Tz',
    lastFour: 'q8Rk',
    enabled: true,
    models: false,
    expiresAt: 0,
    lastUsedAt: 0,
    createdAt: 0,
    previousLastFour: '',
    previousUntil: 0,
    ...more,
  }
}

export function keyword(id: number, text: string, more: Partial<T.Keyword> = {}): T.Keyword {
  return {
    id,
    text,
    regex: false,
    scope: 'both',
    groupIds: [],
    description: '',
    enabled: true,
    createdAt: 0,
    hits: 0,
    lastHitAt: 0,
    ...more,
  }
}
