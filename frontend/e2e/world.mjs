// A world of its own for each test: a data folder, a running `headgate serve`,
// scripted upstreams and a browser page. Everything ends with the test.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const built = join(import.meta.dirname, '..', '..', 'build', 'bin')
export const headgate =
  process.env.HEADGATE_BIN ?? process.env.HEADGATE_BINARY ?? join(built, 'headgate-server')
const upstream = process.env.HEADGATE_UPSTREAM ?? join(built, 'upstream')

export const username = 'ada'
export const password = 'correct horse battery staple'

/** What the machine has set, without what Headgate would take to be meant for it. */
const surroundings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(HEADGATE_|ADMIN_|DATABASE_URL$)/.test(name)),
)

/** Starts a program and waits until it has printed a line for each name: "NAME VALUE…". */
async function start(command, args, env, names) {
  const child = spawn(command, args, {
    env: { ...surroundings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => (log += chunk))
  const found = {}
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [name, ...value] = line.split(' ')
      found[name] = value.join(' ')
      if (names.every((wanted) => wanted in found)) resolve(found)
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${log}`)))
    setTimeout(() => reject(new Error(`${command} was not ready in time:\n${log}`)), 20_000).unref()
  })
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve()
      child.on('exit', resolve)
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    })
  try {
    return { found: await ready, stop, log: () => log }
  } catch (error) {
    await stop()
    throw error
  }
}

export async function freePort() {
  const { port, close } = await occupy(0)
  await close()
  return port
}

/** Takes a port, so that nobody else can. */
export async function occupy(port) {
  const server = createServer()
  await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: server.address().port,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launch(flags = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...browserFlags, ...flags],
  })
}

/**
 * Makes a world. scripts are upstreams by their marker; addr false leaves the
 * gateway's address to the settings; prepare gets the data folder, before the
 * program does, and the upstreams; settings are variables of the program's, where
 * undefined takes one away; program is another one than headgate-server. said is
 * what it has printed, by the first word. restart ends the program and starts it
 * again with the same data.
 */
export async function world(
  browser,
  {
    scripts = [],
    addr = '127.0.0.1:0',
    dark = false,
    size,
    prepare,
    settings = {},
    program = headgate,
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-e2e-'))
  const ends = [() => rm(folder, { recursive: true, force: true })]
  const end = async () => {
    for (const step of ends.reverse()) await step()
  }
  try {
    const files = await Promise.all(
      scripts.map(async (script) => {
        const file = join(folder, `${script.marker}.json`)
        await writeFile(file, JSON.stringify(script))
        return file
      }),
    )
    let upstreams = {}
    if (files.length > 0) {
      const running = await start(upstream, files, {}, [
        ...scripts.map(({ marker }) => marker),
        'control',
      ])
      upstreams = running.found
      ends.push(running.stop)
    }
    await prepare?.(join(folder, 'data'), upstreams)
    const args = ['serve', '--data', join(folder, 'data'), '--admin', '127.0.0.1:0']
    if (addr) args.push('--addr', addr)
    const env = {
      ADMIN_USERNAME: username,
      ADMIN_PASSWORD: password,
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      ...settings,
    }
    let server = await start(program, args, env, ['admin'])
    ends.push(() => server.stop())

    const context = await browser.newContext({
      viewport: size ?? { width: 1180, height: 760 },
      colorScheme: dark ? 'dark' : 'light',
      locale: 'en-US',
    })
    ends.push(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const complaints = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // A refused login or a failed action is an answer, not a fault of the page.
      const isAnswer = /status of 4\d\d/.test(message.text())
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
    })
    const admin = server.found.admin
    await page.goto(admin)
    const restart = async () => {
      await page.goto('about:blank') // or it would complain that nobody is there
      await server.stop()
      server = await start(program, args, env, ['admin'])
      await page.goto(server.found.admin)
    }
    const said = () => server.found
    return { page, admin, upstreams, complaints, end, restart, said, log: () => server.log() }
  } catch (error) {
    await end()
    throw error
  }
}

export async function login(page, secret = password) {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('navigation').first().waitFor()
}

/** The program's own texts in a language: say('area.thing', { Name: 'x' }). */
export function texts(language) {
  const file = join(import.meta.dirname, '../../app/i18n/locales', `${language}.json`)
  const all = JSON.parse(readFileSync(file, 'utf8'))
  return (key, values = {}) => {
    assert.equal(typeof all[key], 'string', `${language} has no text ${key}`)
    return all[key].replace(/\{\{\.(\w+)\}\}/g, (_, name) => values[name])
  }
}

/** Changes to another language, as Settings does. */
export async function speak(page, language) {
  await rpc(page, 'Settings/Save', { ...(await rpc(page, 'Settings/Get')), language })
}

/** Calls a bound method with the page's session. */
export function rpc(page, method, ...args) {
  return page.evaluate(
    async ([method, args]) => {
      const reply = await fetch(`/rpc/${method}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(args),
      })
      const text = await reply.text()
      if (!reply.ok) throw new Error(`${method}: ${reply.status} ${text}`)
      return text === '' ? null : JSON.parse(text)
    },
    [method, args],
  )
}

/** Puts the keys under a passphrase and starts the program again: it is locked, and asks for a login. */
export async function lock(page, restart, passphrase = password) {
  await rpc(page, 'Secrets/Keep', 'passphrase', passphrase)
  await restart()
}

const price = { inputPrice: null, outputPrice: null, cachedInputPrice: null, callPrice: null }

const rule = { statusFrom: 429, text: 'daily limit', action: 'cooldown', cooldownSeconds: 3600 }

/** A provider that refuses connections and a good one with a model each, the group "chat" of both, and a key. */
export async function furnish(
  page,
  good,
  names = { refused: 'Refused', good: 'Good', model: 'm1' },
) {
  const models = []
  const refused = `http://127.0.0.1:${await freePort()}/v1`
  for (const [name, baseUrl] of [
    [names.refused, refused],
    [names.good, good],
  ]) {
    const keys = [
      { id: 0, secret: `sk-${name.replaceAll(' ', '')}-0123456789abcdef`, enabled: true },
    ]
    const input = {
      id: 0,
      name,
      dialect: 'openai',
      baseUrl,
      enabled: true,
      headers: [],
      rules: name === names.good ? [rule] : [],
      keys,
    }
    const provider = await rpc(page, 'Providers/Save', input)
    const prices = { ...price, inputPrice: 1, outputPrice: 2 }
    models.push(
      await rpc(page, 'Providers/SaveModel', {
        id: 0,
        providerId: provider.id,
        name: names.model,
        enabled: true,
        contextTokens: 128_000,
        ...prices,
      }),
    )
  }
  const group = await rpc(page, 'Groups/Save', {
    id: 0,
    name: 'chat',
    policy: 'priority',
    enabled: true,
    members: models.map(({ id }, i) => ({
      id: 0,
      modelId: id,
      priority: i + 1,
      weight: 1,
      enabled: true,
    })),
  })
  const { key } = await rpc(page, 'APIKeys/Create', {
    id: 0,
    name: 'laptop',
    groupIds: [group.id],
    enabled: true,
    expiresAt: 0,
    key: '',
  })
  await rpc(page, 'Keywords/Save', {
    id: 0,
    text: 'quota exceeded',
    description: 'Free tiers say so',
    enabled: true,
    createdAt: 0,
  })
  const { baseUrl } = await rpc(page, 'Gateway/Status')
  return { key, baseUrl }
}

/** Makes a real call at the gateway, as a tool does. */
export function chat(baseUrl, key, model = 'chat', stream = false) {
  return fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] }),
  })
}
