// Every call that the window makes, through the generated bindings. A rejected
// call rejects with a Failure; a list is never null.

import * as boundBackups from '../../../wailsjs/go/api/Backups'
import * as boundKeys from '../../../wailsjs/go/api/APIKeys'
import * as boundCalls from '../../../wailsjs/go/api/Calls'
import * as boundGateway from '../../../wailsjs/go/api/Gateway'
import * as boundGroups from '../../../wailsjs/go/api/Groups'
import * as boundImports from '../../../wailsjs/go/api/Imports'
import * as boundKeywords from '../../../wailsjs/go/api/Keywords'
import * as boundPlayground from '../../../wailsjs/go/api/Playground'
import * as boundProviders from '../../../wailsjs/go/api/Providers'
import * as boundSecrets from '../../../wailsjs/go/api/Secrets'
import * as boundSettings from '../../../wailsjs/go/api/Settings'
import * as boundSupport from '../../../wailsjs/go/api/Support'
import * as boundSystem from '../../../wailsjs/go/api/System'
import * as boundUpdates from '../../../wailsjs/go/api/Updates'
import { asFailure } from './failure'
import type * as T from './types'

export * from './types'
export { Failure, asFailure } from './failure'
export type { Desk } from './desk'
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
  keyHealth: list<T.KeyHealth>('Providers.KeyHealth', boundProviders.KeyHealth),
  duplicate: call<[id: number], T.Provider>('Providers.Duplicate', boundProviders.Duplicate),
  keyPlaces: call<[secret: string], T.KeyPlace[] | null>(
    'Providers.KeyPlaces',
    boundProviders.KeyPlaces,
  ),
  removeKeys: call<[keyIds: number[]], T.RemovedKeys>(
    'Providers.RemoveKeys',
    boundProviders.RemoveKeys,
  ),
  listModels: call<[T.ProviderInput], T.ModelListing>(
    'Providers.ListModels',
    boundProviders.ListModels,
  ),
  startModelImport: call<[T.ModelImport], string>(
    'Providers.StartModelImport',
    boundProviders.StartModelImport,
  ),
  modelImportProgress: call<[id: string], T.ModelImportProgress>(
    'Providers.ModelImportProgress',
    boundProviders.ModelImportProgress,
  ),
  cancelModelImport: call<[id: string], void>(
    'Providers.CancelModelImport',
    boundProviders.CancelModelImport,
  ),
}

export const groups = {
  list: list<T.Group>('Groups.List', boundGroups.List),
  save: call<[T.GroupInput], T.Group>('Groups.Save', boundGroups.Save),
  delete: call<[id: number], void>('Groups.Delete', boundGroups.Delete),
  health: list<T.MemberHealth>('Groups.Health', boundGroups.Health),
  clearCooldown: call<[memberId: number], void>('Groups.ClearCooldown', boundGroups.ClearCooldown),
  pin: call<[memberId: number], void>('Groups.Pin', boundGroups.Pin),
  unpin: call<[memberId: number], void>('Groups.Unpin', boundGroups.Unpin),
  explain: call<[id: number], T.Prospect[] | null>('Groups.Explain', boundGroups.Explain),
  testRules: call<[rules: T.Rule[], status: number, answer: string], T.RuleTest>(
    'Groups.TestRules',
    boundGroups.TestRules,
  ),
}

export const apiKeys = {
  list: list<T.ApiKey>('APIKeys.List', boundKeys.List),
  create: call<[T.ApiKeyInput], T.NewApiKey>('APIKeys.Create', boundKeys.Create),
  save: call<[T.ApiKeyInput], T.ApiKey>('APIKeys.Save', boundKeys.Save),
  delete: call<[id: number], void>('APIKeys.Delete', boundKeys.Delete),
  rotate: call<[id: number, graceSeconds: number], T.NewApiKey>('APIKeys.Rotate', boundKeys.Rotate),
  endGrace: call<[id: number], void>('APIKeys.EndGrace', boundKeys.EndGrace),
}

export const keywords = {
  list: list<T.Keyword>('Keywords.List', boundKeywords.List),
  save: call<[T.Keyword], T.Keyword>('Keywords.Save', boundKeywords.Save),
  delete: call<[id: number], void>('Keywords.Delete', boundKeywords.Delete),
  test: call<[T.Keyword, sample: string], T.KeywordTest>('Keywords.Test', boundKeywords.Test),
  testCalls: call<[T.Keyword], T.KeywordFinds>('Keywords.TestCalls', boundKeywords.TestCalls),
}

export const calls = {
  page: call<[T.CallQuery], T.CallPage>('Calls.Page', boundCalls.Page),
  get: call<[id: string], T.CallDetail>('Calls.Get', boundCalls.Get),
  health: call<[], T.CallLogHealth>('Calls.Health', boundCalls.Health),
  stats: call<[T.StatsQuery], T.Stats>('Calls.Stats', boundCalls.Stats),
  bodies: call<[id: string], T.Bodies>('Calls.Bodies', boundCalls.Bodies),
  clear: call<[before: number], T.Cleared>('Calls.Clear', boundCalls.Clear),
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

export const imports = {
  preview: call<[upload: string, passphrase: string], T.ImportPreview>(
    'Imports.Preview',
    boundImports.Preview,
  ),
  start: call<[upload: string, passphrase: string, calls: boolean], void>(
    'Imports.Start',
    boundImports.Start,
  ),
  progress: call<[], T.ImportProgress>('Imports.Progress', boundImports.Progress),
}

export const backups = {
  list: list<T.Backup>('Backups.List', boundBackups.List),
  make: call<[], T.Backup>('Backups.Make', boundBackups.Make),
  preview: call<[name: string], T.Change[] | null>('Backups.Preview', boundBackups.Preview),
  restore: call<[name: string], void>('Backups.Restore', boundBackups.Restore),
}

export const playground = {
  send: call<[T.Question], string>('Playground.Send', boundPlayground.Send),
  read: call<[id: string, next: number], T.News>('Playground.Read', boundPlayground.Read),
  stop: call<[id: string], void>('Playground.Stop', boundPlayground.Stop),
}

export const secrets = {
  state: call<[], T.KeysState>('Secrets.State', boundSecrets.State),
  unlock: call<[passphrase: string], void>('Secrets.Unlock', boundSecrets.Unlock),
  keep: call<[where: string, passphrase: string], void>('Secrets.Keep', boundSecrets.Keep),
  rotate: call<[passphrase: string], void>('Secrets.Rotate', boundSecrets.Rotate),
}

export const support = {
  make: call<[window: string], T.SupportBundle>('Support.Make', boundSupport.Make),
}

export const updates = {
  state: call<[], T.UpdateState>('Updates.State', boundUpdates.State),
  check: call<[], void>('Updates.Check', boundUpdates.Check),
  download: call<[], void>('Updates.Download', boundUpdates.Download),
  cancel: call<[], void>('Updates.Cancel', boundUpdates.Cancel),
  install: call<[], void>('Updates.Install', boundUpdates.Install),
}

export const system = {
  about: call<[], T.About>('System.About', boundSystem.About),
  logPageError: call<[message: string, stack: string], void>(
    'System.LogPageError',
    boundSystem.LogPageError,
  ),
  logPageMounted: call<[milliseconds: number], void>(
    'System.LogPageMounted',
    boundSystem.LogPageMounted,
  ),
}
