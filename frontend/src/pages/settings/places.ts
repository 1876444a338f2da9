import type { Key } from '../../lib/i18n/catalog'

/** The sections' names by their path after "#/settings/", in their order. */
export const places = {
  general: 'settings.general',
  gateway: 'settings.gateway',
  access: 'settings.access',
  failover: 'settings.failover',
  timeouts: 'settings.timeouts',
  log: 'settings.log',
  security: 'security.title',
  data: 'settings.data',
  moving: 'settings.moving',
  about: 'settings.about',
} satisfies Record<string, Key>

export type Place = keyof typeof places
