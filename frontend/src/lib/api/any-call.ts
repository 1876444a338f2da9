import type { CallQuery } from './types'

/** The newest calls, whatever they are: what a query adds narrows it down. */
export const anyCall: CallQuery = {
  before: 0,
  after: 0,
  limit: 100,
  states: [],
  groupId: 0,
  apiKeyId: 0,
  providerId: 0,
  member: '',
  model: '',
  from: 0,
  to: 0,
  text: '',
  id: '',
}
