import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

/** A build that can look for newer versions, and hasn't yet. */
export const noUpdates: T.UpdateState = {
  able: true,
  installedBy: '',
  installs: true,
  kind: 'archive',
  version: '0.1.0',
  checkedAt: 0,
  available: null,
  stage: 'idle',
  done: 0,
  error: null,
}

const newer: T.UpdateState['available'] = {
  version: '0.2.0',
  date: 1_790_000_000_000,
  notes: 'Groups can be pinned.\nFaster.',
  page: 'https://headgate.example/0.2.0',
  size: 20_000_000,
}

export const updatesHandlers = (fake: FakeProgram): Handlers => {
  const set = (part: Partial<T.UpdateState>) => {
    fake.updates = { ...fake.updates, ...part }
    fake.publish('updates')
  }
  return {
    'Updates.State': () => fake.updates,
    'Updates.Check': () => set({ checkedAt: Date.now(), available: newer, error: null }),
    'Updates.Download': () => set({ stage: 'downloading', done: 5_000_000 }),
    'Updates.Cancel': () => set({ stage: 'idle', done: 0 }),
    'Updates.Install': () => set({ stage: 'installed' }),
  }
}
