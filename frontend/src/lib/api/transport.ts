// The window reaches the program in one of two ways: Wails puts bound methods on
// window.go, or, in a browser, the same calls go to /rpc. Either way the
// generated bindings are what is called.

import * as boundFiles from '../../../wailsjs/go/api/Files'
import { BrowserOpenURL, ClipboardSetText, EventsOn } from '../../../wailsjs/runtime/runtime'
import { desk, type Desk } from './desk'
import { asFailure } from './failure'
import { openInBrowser, saveInBrowser, sendFile } from './files'
import { send } from './send'
import type { Topic, Upload } from './types'

type Method = (...args: unknown[]) => Promise<unknown>
type Bound = Record<string, Record<string, Method>>

interface WailsRuntime {
  EventsOnMultiple(name: string, heard: (data: unknown) => void, max: number): () => void
  ClipboardSetText(text: string): Promise<boolean>
  BrowserOpenURL(url: string): void
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
  /** The desktop around the window; null in a browser. */
  desk: Desk | null
  /** Calls heard with the topics that changed; lost is called when some may have been missed. */
  listen(heard: (topics: Topic[]) => void, lost: () => void): () => void
  copy(text: string): Promise<void>
  /** Shows a web page in the person's browser, which learns nothing of this window. */
  browse(url: string): void
  /**
   * Lets a person keep a document of app/api's Documents, such as 'calls'. Resolves with the
   * file's name, '' when the person chose none; in a browser as soon as the download has begun.
   * Rejects with a Failure.
   */
  save(document: string, args: unknown): Promise<string>
  /** Lets a person choose a file and takes it in; null when none was chosen. Rejects with a Failure. */
  open(): Promise<Upload | null>
  /** Takes in a file that was dropped onto the page; null where files can't be dropped. */
  upload: ((file: File) => Promise<Upload>) | null
  session(): Promise<Who>
  login(username: string, password: string): Promise<void>
  logout(): Promise<void>
  /** Ends all other sessions. Rejects with a Failure: password_wrong, password_short, … */
  changePassword(current: string, password: string): Promise<void>
}

/** Who is at the page. */
export interface Who {
  username: string
  /** The password came with the program's start and can't be changed here. */
  passwordGiven: boolean
}

export function connect(onLoginRequired: () => void): Transport {
  if (window.go && window.runtime) return desktop
  const asking = watched(onLoginRequired)
  window.go = { api: remote(asking) }
  return {
    ...browser,
    listen: (heard, lost) =>
      listening(heard, lost, () => asking('session', browser.session).catch(() => {})),
    save: (document, args) => asking('save', () => saveInBrowser(document, args)),
    open: () => asking('open', openInBrowser),
    upload: (file) => asking('open', () => sendFile(file)),
    changePassword: (current, password) =>
      asking('changePassword', async () => {
        await send('POST', '/password', { current, password })
      }),
  }
}

type Asking = <Reply>(name: string, ask: () => Promise<Reply>) => Promise<Reply>

/** Tells when a request was refused because the session is over. */
function watched(onLoginRequired: () => void): Asking {
  return async (name, ask) => {
    try {
      return await ask()
    } catch (reason) {
      if (asFailure(reason, name).code === 'login_required') onLoginRequired()
      throw reason
    }
  }
}

async function asked<Reply>(name: string, reply: Promise<Reply>): Promise<Reply> {
  try {
    return await reply
  } catch (reason) {
    throw asFailure(reason, name)
  }
}

const desktop: Transport = {
  kind: 'desktop',
  desk,
  listen: (heard) => EventsOn('changed', (topics?: Topic[]) => heard(topics ?? [])),
  copy: async (text) => {
    if (!(await ClipboardSetText(text))) throw new Error('clipboard refused')
  },
  browse: BrowserOpenURL,
  save: (document, args) => asked('save', boundFiles.Save(document, JSON.stringify(args))),
  open: async () => {
    const upload = await asked('open', boundFiles.Open())
    return upload.id === '' ? null : upload
  },
  upload: null,
  session: async () => ({ username: '', passwordGiven: true }),
  login: async () => {},
  logout: async () => {},
  changePassword: async () => {},
}

const browser: Omit<Transport, 'listen' | 'save' | 'open' | 'upload' | 'changePassword'> = {
  kind: 'browser',
  desk: null,
  copy: async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text)
    copyBySelection(text)
  },
  browse: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
  session: async () => (await send('GET', '/session')) as Who,
  login: async (username, password) => {
    await send('POST', '/login', { username, password })
  },
  logout: async () => {
    await send('POST', '/logout', {})
  },
}

const refusedPause = 5_000 // ms

/**
 * A browser tries a stream again that was broken off, and never one that was refused:
 * then refused is called, as the session may be over, and it is tried again later.
 */
function listening(heard: (topics: Topic[]) => void, lost: () => void, refused: () => void) {
  let source: EventSource
  let later: ReturnType<typeof setTimeout> | undefined
  let broken = false
  const open = () => {
    source = new EventSource('/events')
    source.onmessage = (message) => heard(JSON.parse(message.data as string) as Topic[])
    source.onerror = () => {
      broken = true
      if (source.readyState !== EventSource.CLOSED) return
      refused()
      later = setTimeout(open, refusedPause)
    }
    source.onopen = () => {
      if (broken) lost()
      broken = false
    }
  }
  open()
  return () => {
    clearTimeout(later)
    source.close()
  }
}

function remote(asking: Asking): Bound {
  const call =
    (type: string, method: string) =>
    (...args: unknown[]) =>
      asking(method, () => send('POST', `/rpc/${type}/${method}`, args))
  const methods = (type: string) =>
    new Proxy({}, { get: (_, method) => call(type, String(method)) }) as Record<string, Method>
  return new Proxy({}, { get: (_, type) => methods(String(type)) })
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
