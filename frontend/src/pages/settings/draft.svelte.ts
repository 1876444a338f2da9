import type { Failure } from '../../lib/api'

/** What is wrong with a form, by field. */
export type Faults = Record<string, string>

/**
 * What is typed into a section, beside what holds. What others change replaces
 * it only while nothing was typed.
 */
export class Draft<Value extends object> {
  value = $state() as Value
  #base = $state.raw('')
  #refused = $state.raw<Faults>({})
  readonly #read: () => Value
  readonly #check: (value: Value) => Faults

  constructor(read: () => Value, check: (value: Value) => Faults) {
    this.#read = read
    this.#check = check
    this.discard()
  }

  get dirty(): boolean {
    return JSON.stringify(this.value) !== this.#base
  }

  /** What was there before anything was typed. */
  get before(): Value {
    return JSON.parse(this.#base) as Value
  }

  /** What the form knows to be wrong, and what the program refused. */
  get wrong(): Faults {
    return { ...this.#refused, ...this.faults }
  }

  get faults(): Faults {
    return this.#check(this.value)
  }

  follow = () => {
    if (!this.dirty && JSON.stringify(this.#read()) !== this.#base) this.discard()
  }

  discard = () => {
    this.value = structuredClone(this.#read())
    this.#base = JSON.stringify(this.value)
    this.#refused = {}
  }

  refuse(refused: Faults) {
    this.#refused = refused
  }
}

/** The field that the program refused, as a form names it; '' when it named none. */
export function refusedField({ code, params }: Failure): string {
  if (code === 'setting_out_of_range') return params.Setting?.split('.').at(-1) ?? ''
  if (code.startsWith('address_')) return 'host'
  if (code.startsWith('port_')) return 'port'
  if (code === 'host_name_invalid') return 'names'
  if (code === 'origin_invalid') return 'origins'
  if (code === 'network_invalid') return 'networks'
  return ''
}
