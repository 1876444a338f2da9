// A program that lives in memory: the same methods as app/api, for component
// tests, which ask it what was sent, and for working on the pages without Go.

import type * as T from '../lib/api'
import { attempt, settings } from './samples'
import { backupsHandlers } from './fake/backups'
import { callsHandlers } from './fake/calls'
import { filesHandlers } from './fake/files'
import { gatewayHandlers } from './fake/gateway'
import { groupsHandlers } from './fake/groups'
import { importsHandlers } from './fake/imports'
import { keysHandlers } from './fake/keys'
import { keywordsHandlers } from './fake/keywords'
import { modelImportHandlers } from './fake/model-import'
import { notificationsHandlers } from './fake/notifications'
import { playgroundHandlers, type Said } from './fake/playground'
import { providersHandlers } from './fake/providers'
import { secretsHandlers } from './fake/secrets'
import { supportHandlers } from './fake/support'
import { settingsHandlers } from './fake/settings'
import { systemHandlers } from './fake/system'
import { noUpdates, updatesHandlers } from './fake/updates'

type Handler = (...args: never[]) => unknown

/** What the program answers, by Type.Method. */
export type Handlers = Record<string, Handler>

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
  keyHealth: T.KeyHealth[] = []
  /** Provider keys' texts by id, which no reply holds. */
  readonly secrets = new Map<number, string>()
  /** What a provider lists; its probe is the one of a test. */
  listed: (Pick<T.ListedModel, 'name'> & Partial<T.ListedModel>)[] = []
  /** How often an import has to be looked at until it is done. */
  importLooks = 1
  rows: T.CallRow[] = []
  attempts: T.Attempt[] = [attempt()]
  /** What every call carried; null: it wasn't kept. */
  bodies: T.Bodies | null = null
  /** How many calls one page looks through; 0: all. */
  lookBack = 0
  settings: T.Settings = structuredClone(settings)
  door: T.GatewayStatus = {
    state: 'running',
    address: '127.0.0.1:8001',
    baseUrl: 'http://127.0.0.1:8001/v1',
    error: null,
    offlineSince: 0,
    reach: [],
  }
  updates: T.UpdateState = noUpdates
  keysState: T.KeysState = {
    kept: 'key_file',
    locked: null,
    choices: ['keychain', 'passphrase', 'key_file'],
  }
  about: T.About = {
    version: '0.1.0',
    guarded: false,
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

  /** What every try in the playground is answered at once; more is said by say. */
  answer: Said[] = []
  /** Lets the try that was sent last say something. */
  say: (said: Said) => void = () => {}

  /** Newest first. */
  backups: T.Backup[] = []
  /** What an import or a restore would change, and what an import did. */
  changes: T.Change[] = []
  madeKeys: T.MadeKey[] = []
  /** What is in the file when it is an old server's database. */
  oldServer: T.OldServerPreview | null = null
  /** What the file is encrypted with; '': nothing. */
  passphrase = ''
  /** What an import answers when it is asked, in order; the last one stays. */
  progress: T.ImportProgress[] = []

  /** The file that the person chooses when asked for one; null: none. */
  upload: T.Upload | null = null
  /** What the person saves a document as; '': nowhere. */
  savesAs = 'headgate-export'

  /** Every call that was made, in order. */
  readonly sent: Sent[] = []
  copied = ''
  /** The web page that was opened last. */
  browsed = ''
  /** What the next call of a method rejects with, as Wails hands it on. */
  readonly failing = new Map<string, T.CodedError>()

  /** Whether the system shows notifications. */
  desk = 'shown'
  autostart = 'off'
  offer: T.Offer | null = null

  #ids = 1000
  #heard: { name: string; hear: (data: unknown) => void }[] = []

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
      EventsOnMultiple: (name, hear) => {
        const heard = { name, hear }
        this.#heard.push(heard)
        return () => (this.#heard = this.#heard.filter((one) => one !== heard))
      },
      ClipboardSetText: async (text) => {
        this.copied = text
        return true
      },
      BrowserOpenURL: (url) => void (this.browsed = url),
    }
  }

  uninstall() {
    delete window.go
    delete window.runtime
  }

  publish(...topics: T.Topic[]) {
    this.emit('changed', topics)
  }

  /** What the program says to the window. */
  emit(event: string, data: unknown) {
    this.#heard.filter(({ name }) => name === event).forEach(({ hear }) => hear(data))
  }

  /** The arguments of the last call of a method. */
  last(method: string): unknown[] | undefined {
    return this.sent.findLast((call) => call.method === method)?.args
  }

  nextId(): number {
    return ++this.#ids
  }

  async #call(method: string, args: unknown[]): Promise<unknown> {
    this.sent.push(structuredClone({ method, args }))
    const failure = this.failing.get(method)
    const handler = this.#handlers[method]
    try {
      if (failure) throw JSON.stringify(failure)
      if (!handler) throw JSON.stringify({ code: 'not_found' })
      return structuredClone(await handler(...(args as never[])))
    } catch (reason) {
      throw typeof reason === 'string' ? new Error(reason) : reason // as Wails does
    }
  }

  readonly #handlers: Handlers = {
    ...providersHandlers(this),
    ...modelImportHandlers(this),
    ...groupsHandlers(this),
    ...keysHandlers(this),
    ...keywordsHandlers(this),
    ...callsHandlers(this),
    ...filesHandlers(this),
    ...gatewayHandlers(this),
    ...playgroundHandlers(this),
    ...settingsHandlers(this),
    ...backupsHandlers(this),
    ...importsHandlers(this),
    ...secretsHandlers(this),
    ...updatesHandlers(this),
    ...supportHandlers,
    ...systemHandlers(this),
    ...notificationsHandlers(this),
  }
}
