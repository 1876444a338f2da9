import type { FakeProgram, Handlers } from '../fake'

/** The passphrase that opens the fake's keys. */
export const opening = 'open sesame'

export const secretsHandlers = (fake: FakeProgram): Handlers => ({
  'Secrets.State': () => fake.keysState,
  'Secrets.Unlock': (passphrase: string) => {
    if (fake.keysState.kept === 'passphrase' && passphrase !== opening) {
      throw JSON.stringify({ code: 'keys_passphrase_wrong' })
    }
    fake.keysState = { ...fake.keysState, locked: null }
    fake.publish('secrets')
  },
  'Secrets.Keep': (kept: string) => {
    fake.keysState = { ...fake.keysState, kept }
    fake.publish('secrets')
  },
  'Secrets.Rotate': () => null,
})
