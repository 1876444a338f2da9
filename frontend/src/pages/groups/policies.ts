import type { Key } from '../../lib/i18n/catalog'

/** How the members of equal priority are ordered, with its words. */
export const policies: { value: string; name: Key; text: Key; tie: Key }[] = [
  {
    value: 'priority',
    name: 'groups.policy.priority',
    text: 'groups.policy.priority_text',
    tie: 'groups.tie.priority',
  },
  {
    value: 'weighted',
    name: 'groups.policy.weighted',
    text: 'groups.policy.weighted_text',
    tie: 'groups.tie.weighted',
  },
  {
    value: 'least_latency',
    name: 'groups.policy.least_latency',
    text: 'groups.policy.least_latency_text',
    tie: 'groups.tie.least_latency',
  },
]

export const policyOf = (value: string) =>
  policies.find((policy) => policy.value === value) ?? policies[0]!
