import type { FakeProgram, Handlers } from '../fake'

export const filesHandlers = (fake: FakeProgram): Handlers => ({
  'Files.Open': () => fake.upload ?? { id: '', name: '', size: 0 },
  'Files.Save': () => fake.savesAs,
})
