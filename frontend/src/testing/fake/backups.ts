import type { FakeProgram, Handlers } from '../fake'

export const backupsHandlers = (fake: FakeProgram): Handlers => ({
  'Backups.List': () => (fake.backups.length > 0 ? fake.backups : null),
  'Backups.Make': () => {
    const at = Date.now()
    const made = { name: `headgate-${at}.db`, at, size: 98_304 }
    fake.backups = [made, ...fake.backups]
    return made
  },
  'Backups.Preview': () => fake.changes,
  'Backups.Restore': () => {
    fake.publish('providers', 'groups', 'api_keys', 'keywords', 'settings')
  },
})
