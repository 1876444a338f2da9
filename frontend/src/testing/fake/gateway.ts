import type { FakeProgram, Handlers } from '../fake'

export const gatewayHandlers = (fake: FakeProgram): Handlers => ({
  'Gateway.Status': () => fake.door,
  'Gateway.Start': () => moveDoor(fake, 'running'),
  'Gateway.Stop': () => moveDoor(fake, 'stopped'),
})

function moveDoor(fake: FakeProgram, state: string) {
  fake.door = { ...fake.door, state, error: null }
  fake.publish('gateway')
}
