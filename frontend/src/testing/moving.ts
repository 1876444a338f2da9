import type { Change, OldServerPreview } from '../lib/api'
import type { FakeProgram } from './fake'

/** What an import does with one object. */
export function change(
  action: string,
  kind: string,
  name: string,
  more: Partial<Change> = {},
): Change {
  return { action, kind, name, of: '', details: [], ...more }
}

/** An old server with so many providers. */
export const oldServer = (providers: number): OldServerPreview => ({
  providers: Array.from({ length: providers }, (_, i) => ({
    name: `relay${i}`,
    baseUrl: `https://relay${i}.example/v1`,
    keyHint: 'sk-o…a1a1',
    known: i === 1,
    rows: [`relay${i}.gpt`, `relay${i}.qwen`],
    models: [
      { name: 'gpt-5', enabled: true, tokenPrice: 2, callPrice: null, known: false },
      { name: 'qwen3', enabled: false, tokenPrice: null, callPrice: 0.15, known: false },
    ],
  })),
  groups: [
    {
      name: 'chat',
      known: false,
      members: [
        { provider: 'relay1', model: 'qwen3', priority: 20, enabled: true, known: false },
        { provider: 'relay0', model: 'gpt-5', priority: 10, enabled: true, known: false },
      ],
    },
  ],
  apiKeys: [
    { name: 'Old server key 1', hint: 'sk-A…9xYz', enabled: true, known: false, groups: ['chat'] },
  ],
  keywords: [{ text: 'quota exceeded', description: '', enabled: true, known: false }],
  failover: { count: 3, minutes: null },
  calls: { count: 300, first: 1_755_656_220_000, last: 1_756_499_400_000, keepDays: 90 },
  oddities: [
    { code: 'group_empty', where: 'model_groups[4]', params: { Name: 'empty' } },
    { code: 'key_missing', where: 'api_providers[7]', params: { Name: 'relay9' } },
  ],
})

/** Backups, and a file of an old server to choose. */
export function fillMoving(fake: FakeProgram) {
  const day = 86_400_000
  fake.backups = [0, 1, 2, 3, 4].map((ago) => ({
    name: `headgate-${ago}.db`,
    at: Date.now() - ago * day - 3_600_000,
    size: 98_304 - ago * 4096,
  }))
  fake.upload = { id: 'up-1', name: 'api_server.db', size: 1_384_448 }
  fake.oldServer = oldServer(42)
  fake.changes = [
    ...Array.from({ length: 42 }, (_, i) => change('created', 'provider', `relay${i}`)),
    change('changed', 'group', 'chat', {
      details: [
        { code: 'member_added', params: { Model: 'gpt-5', Provider: 'relay0' } },
        { code: 'off', params: {} },
      ],
    }),
    change('removed', 'keyword', 'quota exceeded'),
    change('unchanged', 'settings', ''),
  ]
}
