// The made-up household of the pictures: a configuration as "headgate import"
// takes it, with real services' names, and a call log that fits it.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { headgate, rpc } from './world.mjs'

const run = promisify(execFile)
const house = join(import.meta.dirname, '..', '..')

const model = (id, input_price, output_price, context_tokens, cached_input_price = null) => ({
  ...{ id, input_price, output_price, cached_input_price, context_tokens },
})
const member = (provider, model, priority, weight = 1) => ({ provider, model, priority, weight })

const later = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString()

const configuration = {
  version: 1,
  providers: [
    {
      name: 'OpenAI',
      dialect: 'openai',
      base_url: 'https://api.openai.com/v1',
      keys: ['sk-proj-7Qd2vXn4LmR8sT1wYb3kFh6J', 'sk-proj-Zc9pKt5Gx0NvBq2LrW8mEa4U'],
      models: [
        model('gpt-5.4', 2.5, 15, 1_050_000, 0.25),
        model('gpt-5.4-mini', 0.75, 4.5, 400_000, 0.075),
        model('gpt-5.3-codex', 1.75, 14, 400_000, 0.175),
      ],
    },
    {
      name: 'OpenRouter',
      dialect: 'openai',
      base_url: 'https://openrouter.ai/api/v1',
      keys: ['sk-or-v1-5b1e88c04d7f4f0aa1c93e7d'],
      models: [
        model('deepseek/deepseek-v4-pro', 0.435, 0.87, 1_000_000),
        model('moonshotai/kimi-k2.6', 0.95, 4, 262_144),
        model('z-ai/glm-5.1', 1.4, 4.4, 200_000),
      ],
    },
    {
      name: 'Groq',
      dialect: 'openai',
      base_url: 'https://api.groq.com/openai/v1',
      keys: ['gsk_Yx83LmQpT0vB6nRw2sKd9HfJ'],
      models: [
        model('llama-3.3-70b-versatile', 0.59, 0.79, 131_072),
        model('openai/gpt-oss-120b', 0.15, 0.6, 131_072),
      ],
    },
    {
      name: 'Mistral',
      dialect: 'openai',
      base_url: 'https://api.mistral.ai/v1',
      keys: ['m5Kp0WzR8nXq2LtB7vYc4JdF'],
      models: [model('devstral-latest', 0.4, 2, 262_144)],
    },
    {
      name: 'Workstation',
      dialect: 'openai',
      base_url: 'http://127.0.0.1:11434/v1',
      keys: [],
      models: [model('qwen3:32b', 0, 0, 40_960), model('gpt-oss:20b', 0, 0, 131_072)],
    },
  ],
  groups: [
    {
      name: 'chat',
      policy: 'priority',
      members: [
        member('OpenAI', 'gpt-5.4-mini', 1),
        member('OpenRouter', 'deepseek/deepseek-v4-pro', 2),
        member('Groq', 'llama-3.3-70b-versatile', 2),
        member('Workstation', 'qwen3:32b', 3),
      ],
    },
    {
      name: 'code',
      policy: 'weighted',
      members: [
        member('OpenRouter', 'moonshotai/kimi-k2.6', 1, 70),
        member('OpenRouter', 'z-ai/glm-5.1', 1, 30),
        member('Mistral', 'devstral-latest', 2),
        member('OpenAI', 'gpt-5.3-codex', 3),
      ],
    },
    {
      name: 'fast',
      policy: 'least_latency',
      members: [
        member('Workstation', 'gpt-oss:20b', 1),
        member('Groq', 'openai/gpt-oss-120b', 2),
        member('OpenAI', 'gpt-5.4-mini', 2),
      ],
    },
  ],
  api_keys: [
    { name: 'Codex', key: 'hg-codex-2c8f41d09a7b4e63', groups: ['code'] },
    { name: 'Open WebUI', key: 'hg-webui-91ab7704ce5d4f12', groups: ['chat', 'fast'] },
    { name: 'Zed', key: 'hg-zed-6602f5b8d1e94c30', groups: ['code', 'fast'], expires_at: later },
    { name: 'Mail sorter', key: 'hg-mail-4d17ee2095ba4c88', groups: ['fast'] },
    { name: 'Old laptop', key: 'hg-old-b83c5a6f20d74e19', groups: ['chat'], enabled: false },
  ],
  failure_keywords: [
    { keyword: 'quota exceeded', description: 'Free tiers say so with a status of 200' },
    {
      keyword: 'please (try|come) again',
      regex: true,
      scope: 'reply',
      description: 'An apology instead of an answer',
    },
    { keyword: 'insufficient credits', scope: 'errors' },
    { keyword: 'this model has been retired', groups: ['code'] },
    { keyword: 'demo key', description: 'What the proxy at work answers with', enabled: false },
  ],
  settings: { failover: { count: 2, minutes: 5, cooldown_seconds: 300 } },
}

const days = 14
const calls = 2400

const understudy = (upstreams, name) => upstreams[name.toLowerCase()]

/** Fills an empty data folder, before the program has it. No provider is asked at its own address. */
export async function fill(data, upstreams) {
  const file = `${data}.json`
  const providers = configuration.providers.map((provider) => ({
    ...provider,
    base_url: understudy(upstreams, provider.name) ?? provider.base_url,
  }))
  await writeFile(file, JSON.stringify({ ...configuration, providers }))
  await run(headgate, ['import', '--data', data, file], {
    env: { ...process.env, LANG: 'C.UTF-8' },
  })
  const args = ['-data', data, '-like', file, '-calls', String(calls), '-days', String(days)]
  await run('go', ['run', './build/measure/fillcalls', ...args], { cwd: house })
}

export const question = 'Why would I put a gateway between my tools and the providers?'

const key = (name) => configuration.api_keys.find((one) => one.name === name).key

/** Calls to all groups; returns one that failed over. */
export async function failOver(page, baseUrl) {
  const ask = async (model, text) => {
    const reply = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'OpenWebUI/0.6.36',
        Authorization: `Bearer ${key(model === 'code' ? 'Zed' : 'Open WebUI')}`,
      },
      body: JSON.stringify({
        ...{ model, stream: true, temperature: 0.4 },
        messages: [
          { role: 'system', content: 'You are a helpful assistant. Answer briefly.' },
          { role: 'user', content: text },
        ],
      }),
    })
    await reply.text()
    return reply.headers.get('x-request-id')
  }
  await ask('code', 'Why does this test fail?')
  for (let i = 0; i < 2; i++) await ask('fast', 'Give this conversation a title of three words.')
  const id = await ask('chat', question)
  for (let wait = 0; wait < 50; wait++) {
    const { rows } = await rpc(page, 'Calls/Page', { before: 0, limit: 5, id })
    if (rows?.some(({ state }) => state === 'ok')) return id
    await page.waitForTimeout(100)
  }
  throw new Error(`the call ${id} is not in the log`)
}

/** Has the page show the providers' own addresses in the place of their understudies'. */
export async function disguise(page, upstreams) {
  await page.route('**/rpc/Providers/List', async (route) => {
    const response = await route.fetch()
    let body = await response.text()
    for (const { name, base_url } of configuration.providers)
      if (understudy(upstreams, name)) body = body.replaceAll(understudy(upstreams, name), base_url)
    await route.fulfill({ response, body })
  })
}

/** What the providers' understudies say. */
export const scripts = [
  {
    marker: 'openai',
    steps: [
      {
        status: 503,
        error: {
          message: 'The model is overloaded. Please try again later.',
          type: 'server_error',
        },
        head_delay_ms: 310,
      },
    ],
  },
  { marker: 'mistral' },
  {
    marker: 'groq',
    steps: [
      {
        head_delay_ms: 90,
        event_delay_ms: 15,
        content: ['Gateways ', 'and ', 'resilience'],
        usage: { prompt_tokens: 58, completion_tokens: 6, total_tokens: 64 },
      },
    ],
  },
  {
    marker: 'openrouter',
    paths: {
      '/v1/models': [
        {
          body: JSON.stringify({
            data: [
              ['anthropic/claude-haiku-4.5', 1, 5, 200_000],
              ['anthropic/claude-sonnet-5', 3, 15, 1_000_000],
              ['deepseek/deepseek-v4-flash', 0.14, 0.28, 1_000_000],
              ['deepseek/deepseek-v4-pro', 0.435, 0.87, 1_000_000],
              ['google/gemini-3.5-flash', 1.5, 9, 1_048_576],
              ['google/gemini-embedding-001', 0.15, 0, 2048],
              ['minimax/minimax-m3', 0.3, 1.2, 1_000_000],
              ['mistralai/devstral-medium', 0.4, 2, 262_144],
              ['moonshotai/kimi-k2.6', 0.85, 3.8, 262_144],
              ['moonshotai/kimi-k2.7-code', 0.95, 4, 262_144],
              ['openai/gpt-5.4-mini', 0.75, 4.5, 400_000],
              ['openai/gpt-oss-120b', 0.1, 0.5, 131_072],
              ['openai/text-embedding-3-large', 0.13, 0, 8191],
              ['qwen/qwen3-coder-plus', 1, 5, 1_048_576],
              ['qwen/qwen3.7-plus', 0.5, 3, 1_000_000],
              ['x-ai/grok-4.3', 1.25, 2.5, 1_000_000],
              ['z-ai/glm-5.1', 1.4, 4.4, 200_000],
              ['z-ai/glm-5.2', 1.4, 4.4, 1_000_000],
            ].map(([id, prompt, completion, context_length]) => ({
              id,
              context_length,
              pricing: { prompt: String(prompt / 1e6), completion: String(completion / 1e6) },
            })),
          }),
        },
      ],
    },
    steps: [
      {
        head_delay_ms: 420,
        event_delay_ms: 90,
        content: [
          'Because a ',
          'single provider ',
          'is a single point of failure. A local gateway\n\n',
          '- **keeps answering** when one of them is down or out of quota,\n',
          '- gives every tool *one* address and a key that you can revoke,\n',
          '- and writes down who answered, how fast, and what it cost.\n\n',
          'Your tools don’t notice any of it:\n\n',
          '```python\nclient = OpenAI(base_url="http://127.0.0.1:8001/v1", api_key="hg-…")\n```',
        ],
        usage: { prompt_tokens: 46, completion_tokens: 92, total_tokens: 138 },
      },
    ],
  },
]
