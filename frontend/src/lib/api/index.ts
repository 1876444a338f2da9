// Every call that the window makes, through the generated bindings. A rejected
// call rejects with a Failure; a list is never null.

import * as boundKeys from '../../../wailsjs/go/api/APIKeys'
import * as boundCalls from '../../../wailsjs/go/api/Calls'
import * as boundGateway from '../../../wailsjs/go/api/Gateway'
import * as boundGroups from '../../../wailsjs/go/api/Groups'
import * as boundKeywords from '../../../wailsjs/go/api/Keywords'
import * as boundProviders from '../../../wailsjs/go/api/Providers'
import * as boundSettings from '../../../wailsjs/go/api/Settings'
import * as boundSystem from '../../../wailsjs/go/api/System'
import { asFailure } from './failure'
import type * as T from './types'

export * from './types'
export { Failure, asFailure } from './failure'
export { connect, type Transport } from './transport'

type Bound = (...args: never[]) => Promise<unknown>

// The generated classes differ from what goes over the wire: see Plain in types.ts.
function call<Args extends unknown[], Reply>(name: string, bound: Bound) {
  return async (...args: Args): Promise<Reply> => {
    try {
      return (await bound(...(args as unknown[] as never[]))) as Reply
    } catch (reason) {
      throw asFailure(reason, name)
    }
  }
}

function list<Item>(name: string, bound: Bound) {
  const fetch = call<[], Item[] | null>(name, bound)
  return async (): Promise<Item[]> => (await fetch()) ?? []
}

export const providers = {
  list: list<T.Provider>('Providers.List', boundProviders.List),
  save: call<[T.ProviderInput], T.Provider>('Providers.Save', boundProviders.Save),
  setEnabled: call<[id: number, enabled: boolean], void>(
    'Providers.SetEnabled',
    boundProviders.SetEnabled,
  ),
  delete: call<[id: number], void>('Providers.Delete', boundProviders.Delete),
  test: call<[T.ProviderInput], T.ProbeResult>('Providers.Test', boundProviders.Test),
  saveModel: call<[T.Model], T.Model>('Providers.SaveModel', boundProviders.SaveModel),
  deleteModel: call<[id: number], void>('Providers.DeleteModel', boundProviders.DeleteModel),
}

export const groups = {
  list: list<T.Group>('Groups.List', boundGroups.List),
  save: call<[T.GroupInput], T.Group>('Groups.Save', boundGroups.Save),
  delete: call<[id: number], void>('Groups.Delete', boundGroups.Delete),
  health: list<T.MemberHealth>('Groups.Health', boundGroups.Health),
  clearCooldown: call<[memberId: number], void>('Groups.ClearCooldown', boundGroups.ClearCooldown),
}

export const apiKeys = {
  list: list<T.ApiKey>('APIKeys.List', boundKeys.List),
  create: call<[T.ApiKeyInput], T.NewApiKey>('APIKeys.Create', boundKeys.Create),
  save: call<[T.ApiKeyInput], T.ApiKey>('APIKeys.Save', boundKeys.Save),
  delete: call<[id: number], void>('APIKeys.Delete', boundKeys.Delete),
}

export const keywords = {
  list: list<T.Keyword>('Keywords.List', boundKeywords.List),
  save: call<[T.Keyword], T.Keyword>('Keywords.Save', boundKeywords.Save),
  delete: call<[id: number], void>('Keywords.Delete', boundKeywords.Delete),
}

export const calls = {
  page: call<[T.CallQuery], T.CallPage>('Calls.Page', boundCalls.Page),
  get: call<[id: string], T.CallDetail>('Calls.Get', boundCalls.Get),
  health: call<[], T.CallLogHealth>('Calls.Health', boundCalls.Health),
  stats: call<[T.StatsQuery], T.Stats>('Calls.Stats', boundCalls.Stats),
}

export const gateway = {
  status: call<[], T.GatewayStatus>('Gateway.Status', boundGateway.Status),
  start: call<[], void>('Gateway.Start', boundGateway.Start),
  stop: call<[], void>('Gateway.Stop', boundGateway.Stop),
}

export const settings = {
  get: call<[], T.Settings>('Settings.Get', boundSettings.Get),
  save: call<[T.Settings], void>('Settings.Save', boundSettings.Save),
}

export const system = {
  about: call<[], T.About>('System.About', boundSystem.About),
  logPageError: call<[message: string, stack: string], void>(
    'System.LogPageError',
    boundSystem.LogPageError,
  ),
}
