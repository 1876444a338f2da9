// What brings somebody else's texts before a person from outside: a database of the old
// server, and links that a desktop opens.

import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { names, payloads } from './payloads.mjs'

const script = `
import json, sqlite3, sys
tables = json.load(sys.stdin)
db = sqlite3.connect(sys.argv[1])
for table, rows in tables.items():
    columns = ", ".join('"%s"' % name for name in rows[0])
    db.execute("CREATE TABLE %s (%s)" % (table, columns))
    marks = ", ".join("?" * len(rows[0]))
    db.executemany("INSERT INTO %s VALUES (%s)" % (table, marks), [list(row.values()) for row in rows])
db.commit()
`

/** A database of the old server with texts wherever it has some; gone when the test is. */
export async function oldServer(t) {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-hostile-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, '<img src=x onerror=__pwned=1>.db')
  const numbered = (texts, row) => texts.map((text, i) => row(text, i + 1))
  const tables = {
    api_providers: [
      ...numbered(names, (text, id) => ({
        id,
        name: text,
        api_endpoint: `https://up-${id}.example/v1/chat/completions`,
        api_key: `sk-${id}-0123456789abcdef`,
        model: text,
        price_per_million_tokens: id % 3 ? 1.5 : text,
        type: id % 5 ? 'per_token' : text,
        is_active: id % 2,
      })),
      // What is no address, no key, no model: told as odd, each with its text.
      ...numbered(payloads, (text, i) => ({
        id: 1000 + i,
        name: text,
        api_endpoint: i % 3 ? text : 'https://odd.example/v1/chat/completions',
        api_key: i % 2 ? text : '',
        model: text,
        price_per_million_tokens: text,
        type: text,
        is_active: text,
      })),
    ],
    groups: numbered(names, (name, id) => ({ id, name })),
    provider_group_association: numbered(names, (_, id) => ({
      provider_id: id,
      group_id: id,
      priority: id,
    })),
    api_keys: numbered(payloads, (text, id) => ({
      id,
      key: id % 2 ? text : `sk-old-${id}-0123456789abcdef`,
      is_active: 1,
    })),
    api_key_group_association: numbered(names, (_, id) => ({ api_key_id: id, group_id: id })),
    error_maintenance: numbered(payloads, (text, id) => ({
      id,
      keyword: text,
      description: text,
      is_active: 1,
    })),
    settings: [{ key: 'failover_threshold_count', value: payloads[0] }],
    call_logs: numbered(payloads, (text, id) => ({
      id,
      provider_id: id,
      request_timestamp: '2025-08-20 10:17:00.000000',
      is_success: 0,
      status_code: 500,
      error_message: text,
      response_body: text,
    })),
  }
  execFileSync('/usr/bin/python3', ['-c', script, file], { input: JSON.stringify(tables) })
  return file
}

/**
 * Makes a page a desktop's window, over the session that the browser has: its methods are
 * asked by /rpc, and each link that window.linked() opens is the next of the offers.
 */
export function desktop(page, offers) {
  return page.addInitScript((offers) => {
    const heard = {}
    const here = { Links: { Take: async () => offers.shift() ?? null } }
    const ask = (type, method) => async (args) => {
      const reply = await fetch(`/rpc/${type}/${method}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(args),
      })
      const text = await reply.text()
      if (!reply.ok) throw new Error(text)
      return text === '' ? null : JSON.parse(text)
    }
    const desk = ['Autostart', 'Files', 'Links', 'Notifications']
    const type = (name) =>
      new Proxy(
        {},
        {
          get: (_, method) =>
            desk.includes(name)
              ? (here[name]?.[method] ?? (async () => null))
              : (...args) => ask(name, method)(args),
        },
      )
    window.go = { api: new Proxy({}, { get: (_, name) => type(name) }) }
    window.runtime = {
      EventsOnMultiple: (name, hear) => {
        heard[name] = hear
        return () => delete heard[name]
      },
    }
    window.linked = () => heard.link()
  }, offers)
}

/** Offers as app/link lets them through: 100 models each, every name a text. */
export const offers = Array.from({ length: 6 }, (_, i) => ({
  name: names[i * 20],
  baseUrl: `https://up.example/${encodeURIComponent(names[i * 20 + 1])}`,
  dialect: '',
  models: names.slice(i * 5, i * 5 + 100),
}))
