// Upstreams: scripted ones (gateway/gatewaytest, over its control port) and a
// server that isn't Headgate's own.
import { join } from 'node:path'
import { Process } from './process.js'

const here = (...path) => join(import.meta.dirname, '..', ...path)

/** A process that runs any number of scripted upstreams. */
export class Stage extends Process {
  static async start(t) {
    const stage = new Stage(
      t,
      here('out', process.platform === 'win32' ? 'upstream.exe' : 'upstream'),
      [],
    )
    ;[, stage.control] = await stage.line(/^control (http:\S+)$/)
    return stage
  }

  /** Adds an upstream. Scripts are described in package gatewaytest. */
  async add(script) {
    const { name, url } = await this.direct('POST', '/upstreams', script)
    return {
      name,
      url,
      open: (gate) => this.direct('POST', `/upstreams/${name}/gates/${gate}`),
      /** All requests so far, once there are so many. */
      requests: (count = 0) => this.direct('GET', `/upstreams/${name}/requests?count=${count}`),
    }
  }

  async direct(method, path, body) {
    const reply = await fetch(this.control + path, { method, body: body && JSON.stringify(body) })
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
    return reply.status === 204 ? undefined : reply.json()
  }
}

/** @copilotkit/aimock's llmock with this folder's fixtures; returns its base URL. */
export async function aimock(t) {
  const llmock = here('node_modules', '@copilotkit', 'aimock', 'dist', 'cli.js')
  const server = new Process(t, process.execPath, [
    llmock,
    '-p',
    '0',
    '-h',
    '127.0.0.1',
    '-f',
    here('fixtures'),
  ])
  const [url] = await server.line(/http:\/\/127\.0\.0\.1:\d+/)
  return url + '/v1'
}
