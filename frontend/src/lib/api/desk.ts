// What lies around the native window: the desktop, its notifications and its start of programs.

import * as boundLinks from '../../../wailsjs/go/api/Links'
import * as boundAutostart from '../../../wailsjs/go/api/Autostart'
import * as bound from '../../../wailsjs/go/api/Notifications'
import { EventsOn } from '../../../wailsjs/runtime/runtime'
import { asFailure } from './failure'
import type { Offer } from './types'

/** What would be a notification if nobody were at the window. */
export interface Told {
  text: string
  groupId: number
}

export interface Desk {
  /** Whether notifications can be seen. */
  state(): Promise<'shown' | 'absent' | 'denied'>
  /** Shows one now. Rejects with a Failure. */
  test(): Promise<void>
  /** Whether the program starts at login. */
  autostart(): Promise<'on' | 'off' | 'absent'>
  /** Rejects with a Failure. */
  setAutostart(on: boolean): Promise<void>
  /** Says whether a person is at the window. */
  attend(here: boolean): void
  told(hear: (told: Told) => void): () => void
  /** Hears which group a notification that was clicked was about. */
  clicked(hear: (groupId: number) => void): () => void
  /** Hears which page was asked for outside the window. */
  asked(hear: (path: string) => void): () => void
  /** What the link that was opened last offers, once; null: there is none. Rejects with a Failure. */
  offer(): Promise<Offer | null>
  /** Hears that a link was opened. */
  linked(hear: () => void): () => void
}

async function asked<Reply>(name: string, reply: Promise<unknown>): Promise<Reply> {
  try {
    return (await reply) as Reply
  } catch (reason) {
    throw asFailure(reason, name)
  }
}

export const desk: Desk = {
  state: () => asked('Notifications.State', bound.State()),
  test: () => asked('Notifications.Try', bound.Try()),
  autostart: () => asked('Autostart.State', boundAutostart.State()),
  setAutostart: (on) => asked('Autostart.Set', boundAutostart.Set(on)),
  attend: (here) => void bound.Attend(here),
  told: (hear) => EventsOn('told', hear),
  clicked: (hear) => EventsOn('group', hear),
  asked: (hear) => EventsOn('page', hear),
  offer: () => asked('Links.Take', boundLinks.Take()),
  linked: (hear) => EventsOn('link', hear),
}
