// The shapes of app/api, from the generated bindings. Times are Unix
// milliseconds, prices US dollars, durations milliseconds; null is unknown,
// never zero.

import type {
  api,
  app,
  apperr,
  calllog,
  catalog,
  link,
  oldserver,
  playground,
  settings,
  update,
} from '../../../wailsjs/go/models'

/** A generated class as JSON carries it: no methods, and null where Go has a pointer. */
type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? {
        [
          K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K
        ]-?: undefined extends T[K] ? Plain<Exclude<T[K], undefined>> | null : Plain<T[K]>
      }
    : T

export type Header = Plain<catalog.Header>
export type ProviderKey = Plain<catalog.ProviderKey>
export type Model = Plain<catalog.Model>
export type Provider = Plain<catalog.Provider>
export type ProviderKeyInput = Plain<catalog.ProviderKeyInput>
export type ProviderInput = Plain<catalog.ProviderInput>
export type ProbeResult = Plain<catalog.ProbeResult>
export type Member = Plain<catalog.Member>
export type Rule = Plain<catalog.Rule>
export type RuleTest = Plain<catalog.RuleTest>
export type Group = Plain<catalog.Group>
export type MemberInput = Plain<catalog.MemberInput>
export type GroupInput = Plain<catalog.GroupInput>
export type MemberHealth = Plain<catalog.MemberHealth>
export type Offer = Plain<link.Offer>
export type ApiKey = Plain<catalog.APIKey>
export type ApiKeyInput = Plain<catalog.APIKeyInput>
export type NewApiKey = Plain<catalog.NewAPIKey>
export type Keyword = Plain<catalog.Keyword>
export type KeywordTest = Plain<catalog.KeywordTest>
export type KeyHealth = Plain<catalog.KeyHealth>
export type KeyPlace = Plain<catalog.KeyPlace>
export type RemovedKeys = Plain<catalog.RemovedKeys>
export type Prospect = Plain<catalog.Prospect>
export type ListedModel = Plain<catalog.ListedModel>
export type ModelListing = Plain<catalog.ModelListing>
export type ModelToAdd = Plain<catalog.ModelToAdd>
export type ModelImport = Plain<catalog.ModelImport>
export type ModelImportProgress = Plain<Omit<catalog.ModelImportProgress, 'error'>> & {
  error: CodedError | null
}
export type Change = Plain<catalog.Change>
export type MadeKey = Plain<catalog.MadeKey>
export type CallRow = Plain<calllog.Row>
export type Attempt = Plain<calllog.Attempt>
export type DecidingRule = Plain<calllog.Rule>
export type CallDetail = Plain<calllog.Detail>
export type CallQuery = Plain<calllog.Query>
export type CallPage = Plain<calllog.Page>
export type Bodies = Plain<calllog.Bodies>
export type Cleared = Plain<calllog.Cleared>
export type KeywordFinds = Plain<calllog.KeywordFinds>
export type CallLogHealth = Plain<calllog.Health>
export type StatsQuery = Plain<calllog.StatsQuery>
export type Stats = Plain<calllog.Stats>
export type Figures = Plain<calllog.Figures>
export type Part = Plain<calllog.Part>
export type Settings = Plain<settings.Settings>
export type GatewayStatus = Plain<Omit<api.GatewayStatus, 'error'>> & { error: CodedError | null }
export type Notice = Plain<app.Notice>
export type About = Plain<api.About>
export type OldServerPreview = Plain<oldserver.Preview>
export type ImportPreview = Plain<app.ImportPreview>
export type ImportProgress = Plain<Omit<app.ImportProgress, 'error'>> & { error: CodedError | null }
export type Backup = Plain<api.Backup>
export type Question = Plain<playground.Question>
export type News = Plain<playground.News>
export type Upload = Plain<app.Upload>
export type SupportBundle = Plain<app.SupportBundle>
export type KeysState = Plain<Omit<app.KeysState, 'locked'>> & { locked: CodedError | null }
export type UpdateState = Plain<Omit<update.State, 'error'>> & { error: CodedError | null }
export type CodedError = Pick<apperr.Error, 'code' | 'params'> & {
  problem?: CodedError
}

/** What an event says has changed: the topics of app/event. */
export type Topic =
  | 'providers'
  | 'groups'
  | 'api_keys'
  | 'keywords'
  | 'settings'
  | 'calls'
  | 'health'
  | 'gateway'
  | 'notices'
  | 'imports'
  | 'secrets'
  | 'updates'
