import type { Handlers } from '../fake'

export const supportHandlers: Handlers = {
  'Support.Make': () => ({
    id: 'BUNDLE',
    files: [
      { name: 'program.json', text: '{\n  "version": "0.1.0",\n  "system": "linux/amd64"\n}' },
      { name: 'log.txt', text: '' },
      { name: 'goroutines.txt', text: 'goroutine profile: total 12' },
    ],
  }),
}
