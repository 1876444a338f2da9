// A program that lives in memory: the same methods as app/api, for component
// tests, which ask it what was sent, and for working on the pages without Go.

import type * as T from '../lib/api'
import { attempt, settings } from './samples'
import { statsOf } from './stats'

type Handler = (...args: never[]) => unknown

export interface Sent {
  method: string
  args: unknown[]
}

export class FakeProgram {
  providers: T.Provider[] = []
  groups: T.Group[] = []
  keys: T.ApiKey[] = []
  keywords: T.Keyword[] = []
  health: T.MemberHealth[] = []
  rows: T.CallRow[] = []
  attempts: T.Attempt[] = [attempt()]
  settings: T.Settings = structuredClone(settings)
  door: T.GatewayStatus = {
    state: 'running',
    address: '127.0.0.1:8001',
    baseUrl: 'http://127.0.0.1:8001/v1',
    error: null,
  }
  about: T.About = {
    version: '0.1.0',
    dataFolder: '/home/ada/.local/share/headgate',
    systemLocale: 'en',
    addressOverride: '',
    notices: [],
  }
  probe: T.ProbeResult = {
    ok: true,
    status: 200,
    class: 'ok',
    reason: '',
    message: '',
    latencyMs: 212,
    models: ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'o4-mini'],
  }

  /** Every call that was made, in order. */
  readonly sent: Sent[] = []
  copied = ''
  /** What the next call of a method rejects with, as Wails hands it on. */
  readonly failing = new Map<string, T.CodedError>()

  #ids = 1000
  #heard: ((topics: unknown) => void)[] = []

  install() {
    const methods = (type: string) =>
      new Proxy(
        {},
        {
          get:
            (_, name) =>
            (...args: unknown[]) =>
              this.#call(`${type}.${String(name)}`, args),
        },
      )
    window.go = { api: new Proxy({}, { get: (_, type) => methods(String(type)) }) }
    window.runtime = {
      EventsOnMultiple: (_, heard) => {
        this.#heard.push(heard)
        return () => (this.#heard = this.#heard.filter((one) => one !== heard))
      },
      ClipboardSetText: async (text) => {
        this.copied = text
        return true
      },
    }
  }

  uninstall() {
    delete window.go
    delete window.runtime
  }

  publish(...topics: T.Topic[]) {
    this.#heard.forEach((heard) => heard(topics))
  }

  /** The arguments of the last call of a method. */
  last(method: string): unknown[] | undefined {
    return this.sent.findLast((call) => call.method === method)?.args
  }

  async #call(method: string, args: unknown[]): Promise<unknown> {
    this.sent.push(structuredClone({ method, args }))
    const failure = this.failing.get(method)
    if (failure) throw JSON.stringify(failure)
    const handler = this.#handlers[method]
    if (!handler) throw JSON.stringify({ code: 'not_found' })
    return structuredClone(handler(...(args as never[])))
  }

  readonly #handlers: Record<string, Handler> = {
    'Providers.List': () => this.providers,
    'Providers.Save': (input: T.ProviderInput) => this.#saveProvider(input),
    'Providers.SetEnabled': (id: number, enabled: boolean) =>
      this.providers.forEach((one) => one.id === id && (one.enabled = enabled)),
    'Providers.Delete': (id: number) => {
      this.providers = this.providers.filter((one) => one.id !== id)
    },
    'Providers.Test': () => this.probe,
    'Providers.SaveModel': (model: T.Model) => this.#saveModel(model),
    'Providers.DeleteModel': (id: number) =>
      this.providers.forEach((one) => (one.models = one.models.filter((model) => model.id !== id))),
    'Groups.List': () => this.groups,
    'Groups.Save': (input: T.GroupInput) => this.#saveGroup(input),
    'Groups.Delete': (id: number) => {
      this.groups = this.groups.filter((one) => one.id !== id)
    },
    'Groups.Health': () => (this.health.length > 0 ? this.health : null),
    'Groups.ClearCooldown': (id: number) => {
      this.health = this.health.filter(({ memberId }) => memberId !== id)
    },
    'APIKeys.List': () => this.keys,
    'APIKeys.Create': (input: T.ApiKeyInput) => {
      const key = input.key || 'hg-0Zx81kQpYw3mVt7RbN5cLd9sHf2gJa4e'
      const { name, groupIds, enabled, expiresAt } = input
      const apiKey = {
        id: ++this.#ids,
        name,
        groupIds,
        enabled,
        expiresAt,
        prefix: key.slice(0, 6),
        lastFour: key.slice(-4),
        lastUsedAt: 0,
        createdAt: 0,
      }
      this.keys = [apiKey, ...this.keys]
      return { apiKey, key }
    },
    'APIKeys.Save': ({ id, name, groupIds, enabled, expiresAt }: T.ApiKeyInput) => {
      const key = this.keys.find((one) => one.id === id)
      return key && Object.assign(key, { name, groupIds, enabled, expiresAt })
    },
    'APIKeys.Delete': (id: number) => {
      this.keys = this.keys.filter((one) => one.id !== id)
    },
    'Keywords.List': () => (this.keywords.length > 0 ? this.keywords : null),
    'Keywords.Save': (keyword: T.Keyword) => {
      const saved = { ...keyword, id: keyword.id || ++this.#ids }
      this.keywords = [...this.keywords.filter(({ id }) => id !== saved.id), saved]
      return saved
    },
    'Keywords.Delete': (id: number) => {
      this.keywords = this.keywords.filter((one) => one.id !== id)
    },
    'Calls.Page': (query: T.CallQuery) => {
      const found = this.rows
        .toSorted((a, b) => b.seq - a.seq)
        .filter((row) => query.before === 0 || row.seq < query.before)
        .filter((row) => (query.states ?? []).length === 0 || query.states.includes(row.state))
        .filter((row) => query.groupId === 0 || row.groupId === query.groupId)
        .filter((row) => query.apiKeyId === 0 || row.apiKeyId === query.apiKeyId)
        .filter((row) => query.id === '' || row.id === query.id)
      const rows = found.slice(0, query.limit)
      const more = found.length > query.limit
      return { rows, more, cut: false, next: more ? (rows.at(-1)?.seq ?? 0) : 0 }
    },
    'Calls.Get': (id: string) => {
      const row = this.rows.find((one) => one.id === id)
      if (!row) throw JSON.stringify({ code: 'call_not_found' })
      return {
        row,
        userAgent: 'OpenAI/JS 6.9.0',
        bytesIn: 1830,
        bytesOut: 5214,
        cachedInputTokens: row.inputTokens === null ? null : 64,
        reasoningTokens: null,
        costSource: row.costNanos === null ? 'unknown' : 'tokens',
        attempts: row.attempts === 0 ? [] : this.attempts.slice(-row.attempts),
      }
    },
    'Calls.Stats': (query: T.StatsQuery) => statsOf(this.rows, query),
    'Calls.Health': () => ({ written: this.rows.length, dropped: 0, error: '' }),
    'Gateway.Status': () => this.door,
    'Gateway.Start': () => this.#moveDoor('running'),
    'Gateway.Stop': () => this.#moveDoor('stopped'),
    'Settings.Get': () => this.settings,
    'Settings.Save': (input: T.Settings) => {
      const { address } = input.gateway
      if (address !== this.settings.gateway.address) {
        this.door = {
          ...this.door,
          address,
          baseUrl: `http://${address}/v1`,
          error: null,
          state: 'running',
        }
      }
      this.settings = input
      this.publish('settings', 'gateway')
    },
    'System.About': () => this.about,
    'System.LogPageError': () => null,
  }

  #saveProvider(input: T.ProviderInput): T.Provider {
    const before = this.providers.find(({ id }) => id === input.id)
    const saved: T.Provider = {
      ...input,
      id: input.id || ++this.#ids,
      keys: input.keys.map(({ id, enabled }) => ({
        id: id || ++this.#ids,
        enabled,
        hint: before?.keys.find((key) => key.id === id)?.hint ?? 'sk-n…1234',
      })),
      models: before?.models ?? [],
      createdAt: 0,
      updatedAt: 0,
    }
    this.providers = [...this.providers.filter(({ id }) => id !== saved.id), saved]
    return saved
  }

  #saveModel(model: T.Model): T.Model {
    const saved = { ...model, id: model.id || ++this.#ids }
    const owner = this.providers.find(({ id }) => id === model.providerId)
    if (owner) owner.models = [...owner.models.filter(({ id }) => id !== saved.id), saved]
    return saved
  }

  #saveGroup(input: T.GroupInput): T.Group {
    const members = input.members.map((member) => {
      const owner = this.providers.find(({ models }) =>
        models.some(({ id }) => id === member.modelId),
      )
      const model = owner?.models.find(({ id }) => id === member.modelId)?.name ?? ''
      return {
        ...member,
        id: member.id || ++this.#ids,
        providerId: owner?.id ?? 0,
        provider: owner?.name ?? '',
        model,
      }
    })
    members.sort((a, b) => a.priority - b.priority || a.id - b.id)
    const saved = { ...input, id: input.id || ++this.#ids, members, createdAt: 0, updatedAt: 0 }
    this.groups = [...this.groups.filter(({ id }) => id !== saved.id), saved].sort(
      (a, b) => a.id - b.id,
    )
    return saved
  }

  #moveDoor(state: string) {
    this.door = { ...this.door, state, error: null }
    this.publish('gateway')
  }
}
