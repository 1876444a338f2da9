import type { Component } from 'svelte'
import type { Settings } from '../../lib/api'
import AboutSection from './AboutSection.svelte'
import AccessSection from './AccessSection.svelte'
import DataSection from './data/DataSection.svelte'
import FailoverSection from './FailoverSection.svelte'
import GatewaySection from './GatewaySection.svelte'
import GeneralSection from './GeneralSection.svelte'
import LogSection from './LogSection.svelte'
import MovingSection from './MovingSection.svelte'
import type { Place } from './places'
import SecuritySection from './SecuritySection.svelte'
import TimeoutsSection from './TimeoutsSection.svelte'

type Shown = Component<{ settings: Settings }>

/** For a section that needs none of the settings. */
const alone = (section: Component) => section as unknown as Shown

export const sections: Record<Place, Shown> = {
  general: GeneralSection,
  gateway: GatewaySection,
  access: AccessSection,
  failover: FailoverSection,
  timeouts: TimeoutsSection,
  log: LogSection,
  security: alone(SecuritySection),
  data: alone(DataSection),
  moving: alone(MovingSection),
  about: AboutSection,
}
