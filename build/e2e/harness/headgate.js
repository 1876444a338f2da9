// Headgate as people run it: the built program, its command line, its gateway and
// the pages' door.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import OpenAI from 'openai'
import { atEnd, bounded, Process, run } from './process.js'

const built = resolve(
  process.env.HEADGATE_BINARY ?? join(import.meta.dirname, '../../bin/headgate-server'),
)

const admin = { username: 'ada', password: 'a password for tests' }

/** The key that configurations give to clients. */
export const clientKey = 'hg-client-key-0123456789'

/** An empty folder, removed after the test. */
export async function folder(t) {
  const dir = await mkdtemp(join(tmpdir(), 'headgate-e2e-'))
  atEnd(t, () => rm(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

// Nothing of the machine's own Headgate may be found.
function environment(extra = {}) {
  const { PATH, SystemRoot, TMPDIR } = process.env
  return { PATH, ...(SystemRoot && { SystemRoot }), ...(TMPDIR && { TMPDIR }), ...extra }
}

/** Runs a command of the program to its end. */
export async function headgate(t, args, env) {
  return run(t, built, args, { env: environment(env), cwd: await folder(t) })
}

/** Writes a configuration and imports it into the data folder. */
export async function importInto(t, data, configuration) {
  const file = join(await folder(t), 'configuration.json')
  await writeFile(
    file,
    typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
  )
  return headgate(t, ['import', '--data', data, file])
}

/**
 * A configuration whose providers are tried in the order given, each with one
 * model of the same name as the provider.
 */
export function configuration(providers, group = 'chat') {
  return {
    version: 1,
    providers: providers.map(({ name, url, prices = {} }) => ({
      name,
      dialect: 'openai',
      base_url: url,
      keys: [`sk-${name}-0123456789abcdef`],
      models: [{ id: name, input_price: null, output_price: null, call_price: null, ...prices }],
    })),
    groups: [
      {
        name: group,
        policy: 'priority',
        members: providers.map(({ name }, i) => ({
          provider: name,
          model: name,
          priority: i + 1,
          weight: 1,
        })),
      },
    ],
    api_keys: [{ name: 'laptop', key: clientKey, groups: [group] }],
  }
}

/** `headgate serve`, running. */
export class Serve extends Process {
  /** Starts it on free ports and waits until it is ready. */
  static async start(t, data, { args = [], env = {}, binary = built } = {}) {
    const serve = new Serve(
      t,
      binary,
      ['serve', '--data', data, '--addr', '127.0.0.1:0', '--admin', '127.0.0.1:0', ...args],
      {
        env: environment({
          ADMIN_USERNAME: admin.username,
          ADMIN_PASSWORD: admin.password,
          ...env,
        }),
        cwd: await folder(t),
      },
    )
    ;[, serve.gateway] = await serve.line(/^gateway (http:\S+\/v1)$/)
    ;[, serve.admin] = await serve.line(/^admin (http:\S+)$/)
    const health = await fetch(serve.gateway.replace(/\/v1$/, '/health'))
    if (health.status !== 200) throw new Error(`GET /health: ${health.status}`)
    return serve
  }

  /** The official client. It doesn't retry, which would hide failures. */
  client(options = {}) {
    return new OpenAI({ baseURL: this.gateway, apiKey: clientKey, maxRetries: 0, ...options })
  }

  /** Logs in at the pages' door. */
  async login() {
    const reply = await fetch(this.admin + '/login', json(admin))
    if (reply.status !== 204) throw new Error(`login: ${reply.status} ${await reply.text()}`)
    return new Admin(this, reply.headers.getSetCookie()[0].split(';')[0])
  }
}

/** `headgate serve` on an empty data folder with configuration(providers) and more. */
export async function serving(t, providers, more = {}) {
  const data = await folder(t)
  const done = await importInto(t, data, { ...configuration(providers), ...more })
  if (done.code !== 0) throw new Error(`import: ${done.stderr}`)
  return Object.assign(await Serve.start(t, data), { data })
}

/** What a logged-in page can do. */
export class Admin {
  constructor(serve, cookie) {
    this.url = serve.admin
    this.headers = { Cookie: cookie }
  }

  /** Calls a bound method, such as "Calls/Page". */
  async rpc(method, ...args) {
    const reply = await fetch(`${this.url}/rpc/${method}`, json(args, this.headers))
    const value = await reply.json()
    if (!reply.ok) throw Object.assign(new Error(`${method}: ${JSON.stringify(value)}`), value)
    return value
  }

  /** What look returns, as soon as it returns something after a change. */
  async until(what, look) {
    const stop = new AbortController()
    const follow = async () => {
      const events = await fetch(this.url + '/events', {
        headers: this.headers,
        signal: stop.signal,
      })
      const reader = events.body.getReader()
      for (;;) {
        const found = await look()
        if (found) return found
        if ((await reader.read()).done) throw new Error('the events ended')
      }
    }
    const found = follow()
    found.catch(() => {}) // when the wait was in vain, the abort ends it
    try {
      return await bounded(what, found)
    } finally {
      stop.abort()
    }
  }

  /** The first call that fits, as soon as the log has it, with its attempts. */
  call(fits) {
    return this.until('a call in the log', async () => {
      const row = (await this.calls()).find(fits)
      return row && this.rpc('Calls/Get', row.id)
    })
  }

  /** All calls, newest first. */
  async calls() {
    return (await this.rpc('Calls/Page', everything)).rows
  }
}

const everything = { before: 0, limit: 500, states: [], groupId: 0, apiKeyId: 0, id: '' }

function json(body, headers = {}) {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}
