// `npm run dev`: the pages over a program in memory. "?empty" shows the first run.

import { FakeProgram } from './fake'
import { fillMoving } from './moving'
import { apiKey, attempt, keyword, member, model, provider, row } from './samples'

export function install() {
  const fake = new FakeProgram()
  fake.about.systemLocale = navigator.language.startsWith('zh') ? 'zh-Hant' : 'en'
  if (!location.search.includes('empty')) fill(fake)
  fake.install()
  if (location.search.includes('live')) setInterval(() => arrive(fake), 700)
}

function fill(fake: FakeProgram) {
  fillMoving(fake)
  const openai = provider(1, 'OpenAI', {
    baseUrl: 'https://api.openai.com/v1',
    models: [
      model(1, 1, 'gpt-4.1', {
        inputPrice: 2,
        outputPrice: 8,
        cachedInputPrice: 0.5,
        contextTokens: 1_047_576,
      }),
      model(2, 1, 'gpt-4.1-mini', { inputPrice: 0.4, outputPrice: 1.6, contextTokens: 1_047_576 }),
    ],
  })
  const router = provider(2, 'OpenRouter', {
    baseUrl: 'https://openrouter.ai/api/v1',
    headers: [{ name: 'X-Title', value: 'Headgate', hint: '' }],
    keys: [
      { id: 20, hint: 'sk-o…9f2c', enabled: true },
      { id: 21, hint: 'sk-o…77ab', enabled: false },
    ],
    models: [
      model(3, 2, 'deepseek/deepseek-chat-v3.1-with-a-rather-long-name:free', { callPrice: 0.002 }),
    ],
  })
  const local = provider(3, 'Ollama on the workstation under the desk', {
    baseUrl: 'http://127.0.0.1:11434/v1',
    keys: [],
    models: [model(4, 3, 'qwen3:32b')],
  })
  fake.providers = [openai, router, local, provider(4, 'Groq', { enabled: false })]
  fake.listed = [
    { name: 'gpt-4.1', inputPrice: 2, outputPrice: 8, cachedInputPrice: 0.5, priceSource: 'table' },
    {
      name: 'deepseek/deepseek-chat-v3.1',
      inputPrice: 0.27,
      outputPrice: 1,
      priceSource: 'provider',
    },
    ...Array.from({ length: 400 }, (_, i) => ({ name: `vendor-${i % 9}/model-${i}` })),
  ]
  fake.importLooks = 8
  fake.keyHealth = [
    {
      providerKeyId: 20,
      cooldownUntil: Date.now() + 54_000,
      limited: 0,
      lastFailureAt: Date.now() - 6000,
      lastUsedAt: Date.now() - 6200,
      class: 'credential',
      reason: 'bad_key',
      message: 'Incorrect API key provided.',
    },
  ]
  fake.groups = [
    {
      id: 1,
      name: 'chat',
      policy: 'priority',
      keyless: false,
      rules: [],
      enabled: true,
      createdAt: 0,
      updatedAt: 0,
      members: [member(1, openai, 2, 1), member(2, router, 3, 2), member(3, local, 4, 3)],
    },
    {
      id: 2,
      name: 'code-review',
      policy: 'priority',
      keyless: false,
      rules: [],
      enabled: true,
      createdAt: 0,
      updatedAt: 0,
      members: [member(4, openai, 1, 1)],
    },
  ]
  fake.health = [
    {
      memberId: 2,
      failures: 2,
      cooldownUntil: Date.now() + 54_000,
      pinnedUntil: 0,
      trial: false,
      probing: false,
      class: 'rate_limited',
      reason: 'rate_limited',
      message: 'Rate limit exceeded: free-models-per-min.',
      lastFailureAt: Date.now() - 6000,
    },
  ]
  fake.keys = [
    apiKey(1, 'laptop', { groupIds: [1, 2], lastUsedAt: Date.now() - 90_000 }),
    apiKey(2, 'CI', { expiresAt: Date.now() + 86_400_000 * 30 }),
    apiKey(3, 'old phone', { enabled: false }),
  ]
  fake.keywords = [
    keyword(1, 'quota exceeded', {
      description: 'Free tier of OpenRouter',
      hits: 12,
      lastHitAt: Date.now() - 3_600_000,
    }),
    keyword(2, '您的额度已用完', { enabled: false }),
  ]
  fake.attempts = [
    attempt({
      memberId: 3,
      provider: 'Groq',
      model: 'llama-3.3-70b',
      status: 0,
      totalMs: 4,
      class: 'transient',
      action: 'next',
      reason: 'connection_refused',
      message: 'dial tcp 127.0.0.1:9101: connect: connection refused',
      priority: 1,
    }),
    attempt({
      memberId: 2,
      provider: 'OpenRouter',
      model: 'deepseek/deepseek-chat-v3.1',
      status: 429,
      startMs: 5,
      connectMs: 38,
      firstByteMs: 162,
      totalMs: 165,
      class: 'rate_limited',
      action: 'next',
      reason: 'rate_limited',
      message: 'Rate limit exceeded: free-models-per-min. Retry after 20 s.',
      benchMs: 20_000,
      priority: 2,
    }),
    attempt({
      startMs: 171,
      connectMs: 22,
      firstByteMs: 190,
      firstTokenMs: 240,
      totalMs: 812,
      priority: 3,
    }),
  ]
  fake.bodies = {
    requestHeaders: [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'User-Agent', value: 'OpenAI/JS 6.9.0' },
    ],
    request:
      '{"model":"chat","stream":true,"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"What\'s the tallest mountain?"}],"temperature":0.20}',
    requestCut: false,
    reply: ['Mount', ' Everest', '.']
      .map((text) => `data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`)
      .join('')
      .concat('data: {"choices":[{"index":0,"del'),
    replyCut: true,
  }
  fake.answer = [
    { callId: 'req-335', status: 200, reasoning: 'The tallest above the sea is meant. ' },
    { text: '**Mount Everest**, at 8,849 m above the sea.\n\n', firstTextMs: 240 },
    { text: '- [Mauna Kea](https://en.wikipedia.org/wiki/Mauna_Kea) is taller from its foot on.' },
    { done: true, finish: 'stop', totalMs: 812 },
  ]
  const now = Date.now()
  fake.rows = Array.from({ length: 340 }, (_, i) => sample(i + 1, now))
}

function sample(seq: number, now: number) {
  const startedAt = now - (340 - seq) * 47_000
  if (seq % 11 === 3)
    return row(seq, {
      startedAt,
      state: 'failed',
      status: 502,
      errorCode: 'upstream_error',
      message: 'All 3 members of the group failed; the last one answered 429: rate limit exceeded.',
      attempts: 3,
      inputTokens: null,
      outputTokens: null,
      costNanos: null,
      firstTokenMs: null,
    })
  if (seq % 17 === 5)
    return row(seq, {
      startedAt,
      state: 'refused',
      status: 404,
      errorCode: 'model_not_found',
      message: 'There is no group "gpt-5".',
      model: 'gpt-5',
      attempts: 0,
      provider: '',
      member: '',
      inputTokens: null,
      outputTokens: null,
      costNanos: null,
      firstTokenMs: null,
    })
  if (seq === 340)
    return row(seq, { startedAt, state: 'open', status: 0, costNanos: null, outputTokens: null })
  return row(seq, { startedAt, attempts: seq % 5 === 0 ? 3 : 1 })
}

function arrive(fake: FakeProgram) {
  const seq = (fake.rows.at(-1)?.seq ?? 0) + 1
  fake.rows.push(row(seq, { startedAt: Date.now() }))
  fake.publish('calls')
}
