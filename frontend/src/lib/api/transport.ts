// The window reaches the program in one of two ways: Wails puts bound methods on
// window.go, or, in a browser, the same calls go to /rpc. Either way the
// generated bindings are what is called.

import { ClipboardSetText, EventsOn } from '../../../wailsjs/runtime/runtime'
import { asFailure, Failure } from './failure'
import type { Topic } from './types'

type Method = (...args: unknown[]) => Promise<unknown>
type Bound = Record<string, Record<string, Method>>

interface WailsRuntime {
  EventsOnMultiple(name: string, heard: (data: unknown) => void, max: number): () => void
  ClipboardSetText(text: string): Promise<boolean>
}

declare global {
  interface Window {
    go?: { api: Bound }
    runtime?: WailsRuntime
  }
}

export interface Transport {
  /** desktop: a native window; browser: a page behind a login. */
  kind: 'desktop' | 'browser'
  /** Calls heard with the topics that changed; lost is called when some may have been missed. */
  listen(heard: (topics: Topic[]) => void, lost: () => void): () => void
  copy(text: string): Promise<void>
  session(): Promise<string>
  login(username: string, password: string): Promise<void>
  logout(): Promise<void>
}

export function connect(onLoginRequired: () => void): Transport {
  if (window.go && window.runtime) return desktop
  window.go = { api: remote(onLoginRequired) }
  return browser
}

const desktop: Transport = {
  kind: 'desktop',
  listen: (heard) => EventsOn('changed', (topics?: Topic[]) => heard(topics ?? [])),
  copy: async (text) => {
    if (!(await ClipboardSetText(text))) throw new Error('clipboard refused')
  },
  session: async () => '',
  login: async () => {},
  logout: async () => {},
}

const browser: Transport = {
  kind: 'browser',
  listen: (heard, lost) => {
    const source = new EventSource('/events')
    let broken = false
    source.onmessage = (message) => heard(JSON.parse(message.data as string) as Topic[])
    source.onerror = () => (broken = true)
    source.onopen = () => {
      if (broken) lost()
      broken = false
    }
    return () => source.close()
  },
  copy: async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text)
    copyBySelection(text)
  },
  session: async () => ((await send('GET', '/session')) as { username: string }).username,
  login: async (username, password) => {
    await send('POST', '/login', { username, password })
  },
  logout: async () => {
    await send('POST', '/logout', {})
  },
}

function remote(onLoginRequired: () => void): Bound {
  const call =
    (type: string, method: string) =>
    async (...args: unknown[]) => {
      try {
        return await send('POST', `/rpc/${type}/${method}`, args)
      } catch (reason) {
        if (asFailure(reason, method).code === 'login_required') onLoginRequired()
        throw reason
      }
    }
  const methods = (type: string) =>
    new Proxy({}, { get: (_, method) => call(type, String(method)) }) as Record<string, Method>
  return new Proxy({}, { get: (_, type) => methods(String(type)) })
}

async function send(verb: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  let reply: Response
  try {
    reply = await fetch(path, {
      method: verb,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      redirect: 'error',
    })
  } catch {
    throw new Failure({ code: 'unreachable' }, path)
  }
  const text = await reply.text()
  if (!reply.ok) throw asFailure(text, path)
  return text === '' ? null : JSON.parse(text)
}

// A page served over plain http from another host has no clipboard API.
function copyBySelection(text: string) {
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.className = 'sr-only'
  ;(document.querySelector('[role=dialog]') ?? document.body).append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (!copied) throw new Error('clipboard refused')
}
