import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const settingsHandlers = (fake: FakeProgram): Handlers => ({
  'Settings.Get': () => fake.settings,
  'Settings.Save': (input: T.Settings) => {
    const { address } = input.gateway
    if (address !== fake.settings.gateway.address) {
      fake.door = {
        ...fake.door,
        address,
        baseUrl: `http://${address}/v1`,
        error: null,
        state: 'running',
      }
    }
    fake.settings = input
    fake.publish('settings', 'gateway')
  },
})
