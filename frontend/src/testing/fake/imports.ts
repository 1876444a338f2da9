import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

const ended = {
  running: false,
  count: 0,
  total: 0,
  error: null,
  changes: [],
  madeKeys: [],
  oddities: [],
} as T.ImportProgress

export const importsHandlers = (fake: FakeProgram): Handlers => ({
  'Imports.Preview': (_: string, passphrase: string): T.ImportPreview => {
    if (fake.passphrase && !passphrase)
      return { kind: 'configuration', encrypted: true, changes: [], oldServer: null }
    if (fake.passphrase && passphrase !== fake.passphrase)
      throw JSON.stringify({ code: 'passphrase_wrong' })
    return {
      kind: fake.oldServer ? 'old_server' : 'configuration',
      encrypted: false,
      changes: fake.changes,
      oldServer: fake.oldServer,
    }
  },
  'Imports.Start': (_id: string, _passphrase: string, calls: boolean) => {
    const total = calls ? (fake.oldServer?.calls.count ?? 0) : 0
    const result = { ...ended, changes: fake.changes, madeKeys: fake.madeKeys, total, count: total }
    // Half of it is seen on the way, when there is more than an instant's work.
    fake.progress = total > 0 ? [{ ...ended, running: true, total, count: total / 2 }] : []
    fake.progress.push(result)
  },
  'Imports.Progress': () =>
    (fake.progress.length > 1 ? fake.progress.shift() : fake.progress[0]) ?? ended,
})
