import type { Settings } from '../../lib/api'
import { joinAddress, splitAddress } from '../../lib/format/address'

/** The settings as the form edits them: the address in its two halves. */
export interface Draft extends Pick<Settings, 'failover' | 'timeouts' | 'log' | 'closeToTray'> {
  host: string
  port: number
  startOnOpen: boolean
}

export function draftOf(settings: Settings): Draft {
  const { failover, timeouts, log, closeToTray, gateway } = settings
  return {
    failover: { ...failover },
    timeouts: { ...timeouts },
    log: { ...log },
    closeToTray,
    startOnOpen: gateway.startOnOpen,
    ...splitAddress(gateway.address),
  }
}

export function apply(draft: Draft, settings: Settings): Settings {
  const { failover, timeouts, log, closeToTray, host, port, startOnOpen } = draft
  const gateway = { address: joinAddress(host.trim(), port), startOnOpen }
  return { ...settings, failover, timeouts, log, closeToTray, gateway }
}

/** The fields that are no whole number within their bounds. */
export function faults({ failover, timeouts, log, port, host }: Draft): Set<string> {
  const bounds: [string, number, number, number][] = [
    ['port', port, 1, 65535],
    ...Object.entries(failover).map(([name, value]): [string, number, number, number] => [
      name,
      value,
      1,
      100_000,
    ]),
    ...Object.entries(timeouts).map(([name, value]): [string, number, number, number] => [
      name,
      value,
      1,
      86_400,
    ]),
    ['days', log.days, 0, 36_500],
  ]
  const wrong = bounds.filter(([, value, low, high]) => !(value >= low && value <= high))
  return new Set([...wrong.map(([name]) => name), ...(host.trim() === '' ? ['host'] : [])])
}
