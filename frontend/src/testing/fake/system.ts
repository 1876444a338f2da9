import type { FakeProgram, Handlers } from '../fake'

export const systemHandlers = (fake: FakeProgram): Handlers => ({
  'System.About': () => fake.about,
  'System.LogPageError': () => null,
  'System.LogPageMounted': () => null,
})
