import type { Group, Question } from '../api'
import type { Groups } from './groups.svelte'
import type { Providers } from './providers.svelte'

/** Whom a question goes to. */
export interface Target {
  /** Tells groups and models apart, such as "group:1". */
  key: string
  name: string
  /** Of a single model; "" for a group. */
  provider: string
  /** 0 for a group. */
  modelId: number
  /** Nobody would answer. */
  off: boolean
}

/** The parameters' names in a request, and what they may be. */
export const ranges = {
  temperature: { from: 0, to: 2, whole: false },
  top_p: { from: 0, to: 1, whole: false },
  max_tokens: { from: 1, to: Number.MAX_SAFE_INTEGER, whole: true },
} as const

export type Parameter = keyof typeof ranges

export const parameters = Object.keys(ranges) as Parameter[]

/** What a typed parameter says; null: nothing, NaN: nothing that may be. */
export function read(name: Parameter, typed: string): number | null {
  const { from, to, whole } = ranges[name]
  const plain = typed.trim().replace(',', '.')
  if (plain === '') return null
  const isNumber = whole ? /^\d{1,15}$/.test(plain) : /^(\d+\.?\d*|\.\d+)$/.test(plain)
  const value = Number(plain)
  return isNumber && value >= from && value <= to ? value : NaN
}

/** What goes with every question: whom it is for and how it is to be answered. */
export class PlaygroundSetup {
  /** The key of what was chosen; "": nothing was yet. */
  chosen = $state('')
  system = $state('')
  /** The parameters as they were typed. */
  typed = $state<Record<Parameter, string>>({ temperature: '', top_p: '', max_tokens: '' })
  /** The reply comes in one piece. */
  whole = $state(false)
  /** Replies are shown as Markdown. */
  markdown = $state(false)

  readonly #groups: Groups
  readonly #providers: Providers

  constructor(groups: Groups, providers: Providers) {
    this.#groups = groups
    this.#providers = providers
  }

  readonly groups = $derived.by(() => this.#groups.all.map(ofGroup))

  /** The models of each provider that has any. */
  readonly models = $derived.by(() =>
    this.#providers.all
      .filter(({ models }) => models.length > 0)
      .map(({ id, name, enabled, models }) => ({
        id,
        name,
        targets: models.map((model) => ({
          key: `model:${model.id}`,
          name: model.name,
          provider: name,
          modelId: model.id,
          off: !enabled || !model.enabled,
        })),
      })),
  )

  /** What was chosen as long as it is there, else the first that would answer. */
  readonly target = $derived.by((): Target | undefined => {
    const all = [...this.groups, ...this.models.flatMap(({ targets }) => targets)]
    return all.find(({ key }) => key === this.chosen) ?? all.find(({ off }) => !off) ?? all[0]
  })

  /** The group that tools would name: the target, or the first with the target's model. */
  readonly group = $derived.by((): Group | undefined => {
    const { target } = this
    return this.#groups.all.find(({ id, members }) =>
      target?.modelId
        ? members.some(({ modelId }) => modelId === target.modelId)
        : target?.key === `group:${id}`,
    )
  })

  /** A parameter; null: it isn't sent, NaN: what was typed can't be. */
  value(name: Parameter): number | null {
    return read(name, this.typed[name])
  }

  /** Whether all parameters can be sent. */
  readonly valid = $derived(parameters.every((name) => !Number.isNaN(this.value(name))))

  /** The request that asks the target these messages, the system text before them. */
  question(target: Target, messages: Question['messages']): Question {
    return {
      group: target.modelId ? '' : target.name,
      modelId: target.modelId,
      messages: this.withSystem(messages),
      stream: !this.whole,
      temperature: this.value('temperature'),
      topP: this.value('top_p'),
      maxTokens: this.value('max_tokens'),
    }
  }

  withSystem(messages: Question['messages']): Question['messages'] {
    return this.system.trim() ? [{ role: 'system', text: this.system }, ...messages] : messages
  }
}

function ofGroup({ id, name, enabled }: Group): Target {
  return { key: `group:${id}`, name, provider: '', modelId: 0, off: !enabled }
}
