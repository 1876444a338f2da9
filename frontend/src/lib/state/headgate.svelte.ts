import { createContext } from 'svelte'
import { calls, connect, system, type About, type Transport } from '../api'
import { Backups } from './backups.svelte'
import { CallList } from './call-list.svelte'
import { Changes } from './changes'
import { Checklist } from './checklist.svelte'
import { Clock } from './clock.svelte'
import { Dashboard } from './dashboard.svelte'
import { GatewayDoor } from './gateway.svelte'
import { GroupHistory } from './groups-history.svelte'
import { Groups } from './groups.svelte'
import { Imports } from './imports.svelte'
import { ApiKeys } from './keys.svelte'
import { Keywords } from './keywords.svelte'
import { ModelImports } from './model-import.svelte'
import { Playground } from './playground.svelte'
import { Preferences } from './preferences.svelte'
import { Problem } from './problem.svelte'
import { Providers } from './providers.svelte'
import { Resource } from './resource.svelte'
import { Secrets } from './secrets.svelte'
import { Session } from './session.svelte'

/** Everything that the window knows, made once at its root. */
export class Headgate {
  readonly session = new Session()
  readonly changes = new Changes()
  readonly providers = new Providers()
  readonly groups = new Groups()
  readonly keys = new ApiKeys()
  readonly keywords = new Keywords()
  readonly groupHistory = new GroupHistory(this.groups, this.keys, this.keywords)
  readonly modelImports = new ModelImports(this.providers, this.groups)
  readonly playground = new Playground(this.groups, this.providers)
  readonly calls = new CallList()
  readonly dashboard = new Dashboard()
  readonly gateway = new GatewayDoor()
  readonly preferences = new Preferences()
  readonly backups = new Backups()
  readonly secrets = new Secrets()
  readonly imports: Imports
  readonly about = new Resource<About>(system.about)
  readonly logHealth = new Resource(calls.health)
  readonly checklist = new Checklist(this.providers, this.groups, this.keys)
  readonly problem = new Problem()
  readonly clock = new Clock()
  readonly transport: Transport

  constructor() {
    this.transport = connect(this.session.expire)
    this.imports = new Imports(this.transport)
  }

  /** Fetches everything and keeps it fresh until the returned function is called. */
  open(): () => void {
    const { changes } = this
    const followed = [
      changes.follow(['providers'], this.providers.list.refresh),
      changes.follow(['groups', 'providers'], this.groups.list.refresh),
      changes.follow(['groups', 'providers', 'health'], this.groups.refreshHealth),
      changes.follow(['providers', 'health'], this.providers.refreshHealth),
      changes.follow(['api_keys', 'groups'], this.keys.list.refresh),
      changes.follow(['keywords'], this.keywords.list.refresh),
      changes.follow(['settings'], this.preferences.resource.refresh),
      changes.follow(['gateway'], this.gateway.refresh),
      changes.follow(['secrets'], this.secrets.state.refresh),
      changes.follow(['notices'], this.about.refresh),
      changes.follow(['calls'], this.checklist.refresh),
      changes.follow(['calls'], this.playground.follow),
      changes.connect(this.transport),
    ]
    this.refresh()
    return () => followed.forEach((stop) => stop())
  }

  refresh = () => {
    void this.providers.list.refresh()
    void this.providers.refreshHealth()
    void this.groups.list.refresh()
    void this.groups.refreshHealth()
    void this.keys.list.refresh()
    void this.keywords.list.refresh()
    void this.preferences.resource.refresh()
    void this.gateway.refresh()
    void this.secrets.state.refresh()
    void this.about.refresh()
    void this.checklist.refresh()
  }
}

export const [useHeadgate, provideHeadgate] = createContext<Headgate>()
