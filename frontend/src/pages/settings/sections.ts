import type { Component } from 'svelte'
import type { Settings } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'
import AboutSection from './AboutSection.svelte'
import DataSection from './data/DataSection.svelte'
import FailoverSection from './FailoverSection.svelte'
import GatewaySection from './GatewaySection.svelte'
import GeneralSection from './GeneralSection.svelte'
import LogSection from './LogSection.svelte'
import MovingSection from './MovingSection.svelte'
import TimeoutsSection from './TimeoutsSection.svelte'

type Shown = Component<{ settings: Settings }>

export interface SectionEntry {
  /** After "#/settings/". */
  path: string
  title: Key
  shown: Shown
}

/** For a section that needs none of the settings. */
const alone = (section: Component) => section as unknown as Shown

export const sections: SectionEntry[] = [
  { path: 'general', title: 'settings.general', shown: GeneralSection },
  { path: 'gateway', title: 'settings.gateway', shown: GatewaySection },
  { path: 'failover', title: 'settings.failover', shown: FailoverSection },
  { path: 'timeouts', title: 'settings.timeouts', shown: TimeoutsSection },
  { path: 'log', title: 'settings.log', shown: LogSection },
  { path: 'data', title: 'settings.data', shown: alone(DataSection) },
  { path: 'moving', title: 'settings.moving', shown: alone(MovingSection) },
  { path: 'about', title: 'settings.about', shown: AboutSection },
]
