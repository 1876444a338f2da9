import type { FakeProgram, Handlers } from '../fake'

export const notificationsHandlers = (fake: FakeProgram): Handlers => ({
  'Notifications.State': () => fake.desk,
  'Notifications.Try': () => null,
  'Notifications.Attend': () => null,
  'Links.Take': () => {
    const { offer } = fake
    fake.offer = null
    return offer
  },
  'Autostart.State': () => fake.autostart,
  'Autostart.Set': (on: boolean) => {
    fake.autostart = on ? 'on' : 'off'
  },
})
