import type { DecidingRule, Rule } from '../../lib/api'
import { duration } from '../../lib/format/format'
import type { Key } from '../../lib/i18n/catalog'
import type { I18n } from '../../lib/i18n/i18n.svelte'

/** What a rule can do, as a person chooses it. */
export const actions: { value: string; label: Key }[] = [
  { value: 'next', label: 'rules.action.next' },
  { value: 'count', label: 'rules.action.count' },
  { value: 'cooldown', label: 'rules.action.cooldown' },
  { value: 'stop', label: 'rules.action.stop' },
]

export const actionLabel = (action: string): Key =>
  actions.find(({ value }) => value === action)?.label ?? 'rules.action.next'

export const newRule: Rule = {
  statusFrom: 0,
  statusTo: 0,
  text: '',
  regex: false,
  action: 'next',
  cooldownSeconds: 0,
}

const firstCooldown = 600 // seconds

/** A rule that begins to cool down needs a time to do so. */
export function choose(rule: Rule, action: string) {
  rule.action = action
  if (action === 'cooldown' && !rule.cooldownSeconds) rule.cooldownSeconds = firstCooldown
}

/** What is sent of rules as they are typed: what is no number must not pass for none. */
export function sentRules(rules: Rule[]): Rule[] {
  const number = (n: number) => (Number.isNaN(n) ? -1 : n)
  return rules.map((rule) => ({
    ...rule,
    statusFrom: number(rule.statusFrom),
    statusTo: number(rule.statusTo),
    cooldownSeconds: number(rule.cooldownSeconds),
  }))
}

/** What the classifier takes for a refusal of the content, with another member asked instead. */
export const moderation: Rule = {
  ...newRule,
  statusFrom: 400,
  statusTo: 451,
  text: 'content[ _](policy|filter|management policy)|moderation[ _](blocked|system)|(was|been) flagged|flagged (by|as)|safety system',
  regex: true,
}

/** What a rule fits, in few words. */
export function fitWords({ t }: I18n, { statusFrom, statusTo, text, regex }: Rule | DecidingRule) {
  const status = statusFrom === statusTo ? String(statusFrom) : `${statusFrom}–${statusTo}`
  return [
    statusFrom > 0 && status,
    text && t(regex ? 'rules.fits_regex' : 'rules.fits_text', { Text: text }),
  ]
    .filter(Boolean)
    .join(' · ')
}

/** The rule that decided on an attempt, with what it did. */
export function decidedWords(i18n: I18n, rule: DecidingRule): string {
  return i18n.code('attempt.rule', rule.of, {
    Rule: fitWords(i18n, rule),
    Action: i18n.code('attempt.rule_did', rule.action, {
      Time: duration(i18n.locale, rule.cooldownSeconds * 1000),
    }),
  })
}
