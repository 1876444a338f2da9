import Cable from '@lucide/svelte/icons/cable'
import Copy from '@lucide/svelte/icons/copy'
import KeyRound from '@lucide/svelte/icons/key-round'
import Languages from '@lucide/svelte/icons/languages'
import Download from '@lucide/svelte/icons/download'
import FileUp from '@lucide/svelte/icons/file-up'
import Layers from '@lucide/svelte/icons/layers'
import ListPlus from '@lucide/svelte/icons/list-plus'
import OctagonAlert from '@lucide/svelte/icons/octagon-alert'
import Play from '@lucide/svelte/icons/play'
import Plus from '@lucide/svelte/icons/plus'
import Server from '@lucide/svelte/icons/server'
import Settings from '@lucide/svelte/icons/settings'
import Square from '@lucide/svelte/icons/square'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import { localeNames, locales, type Key } from '../lib/i18n/catalog'
import type { I18n } from '../lib/i18n/i18n.svelte'
import { href } from '../lib/router/router.svelte'
import type { Headgate } from '../lib/state/headgate.svelte'
import type { Icon } from '../lib/ui/icon'
import { tools } from '../pages/connect/tools'
import { places } from '../pages/settings/places'
import { pages } from './pages'

/** Something that the palette can do or go to. */
export interface Command {
  id: string
  title: string
  /** Beside the title, such as the provider of a model. */
  detail?: string
  icon: Icon
  /** Where it leads, as a hash; else run does it. */
  to?: string
  run?: () => Promise<void>
}

export interface CommandGroup {
  id: string
  title: Key
  commands: Command[]
}

const beginnings: { path: string; title: Key; icon: Icon }[] = [
  { path: 'providers?add=1', title: 'providers.add', icon: Plus },
  { path: 'groups?add=1', title: 'groups.add', icon: Plus },
  { path: 'keys?add=1', title: 'keys.add', icon: Plus },
  { path: 'keywords?add=1', title: 'keywords.add', icon: Plus },
  { path: 'providers/import', title: 'import.open', icon: ListPlus },
  { path: 'settings/import', title: 'imports.begin', icon: FileUp },
  { path: 'settings/data/export', title: 'palette.export', icon: Download },
]

/** All that the palette offers now, in the order in which it is shown. */
export function commandsOf(
  headgate: Headgate,
  { t }: I18n,
  copy: (text: string) => Promise<void>,
): CommandGroup[] {
  return [
    {
      id: 'pages',
      title: 'palette.pages',
      commands: pages.map(({ path, title, icon }) => ({
        id: `page ${path}`,
        title: t(title),
        icon,
        to: href(path),
      })),
    },
    { id: 'actions', title: 'palette.actions', commands: actions(headgate, t, copy) },
    {
      id: 'groups',
      title: 'groups.title',
      commands: headgate.groups.all.map(({ id, name }) => ({
        id: `group ${id}`,
        title: name,
        icon: Layers,
        to: href('groups', { group: id }),
      })),
    },
    {
      id: 'providers',
      title: 'providers.title',
      commands: headgate.providers.all.map(({ id, name, baseUrl }) => ({
        id: `provider ${id}`,
        title: name,
        detail: baseUrl,
        icon: Server,
        to: href(`providers/${id}`),
      })),
    },
    {
      id: 'keys',
      title: 'keys.title',
      commands: headgate.keys.all.map(({ id, name, prefix, lastFour }) => ({
        id: `key ${id}`,
        title: name,
        detail: `${prefix}…${lastFour}`,
        icon: KeyRound,
        to: href('keys', { edit: id }),
      })),
    },
    {
      id: 'keywords',
      title: 'keywords.title',
      commands: (headgate.keywords.list.data ?? []).map(({ id, text, description }) => ({
        id: `keyword ${id}`,
        title: text,
        detail: description,
        icon: OctagonAlert,
        to: href('keywords', { edit: id }),
      })),
    },
    {
      id: 'settings',
      title: 'settings.title',
      commands: Object.entries(places).map(([path, title]) => ({
        id: `settings ${path}`,
        title: t(title),
        detail: t('settings.title'),
        icon: Settings,
        to: href(`settings/${path}`),
      })),
    },
    {
      id: 'connect',
      title: 'connect.title',
      commands: tools.map(({ id, name }) => ({
        id: `connect ${id}`,
        title: name,
        detail: t('connect.title'),
        icon: Cable,
        to: href(`connect/${id}`),
      })),
    },
  ].filter(({ commands }) => commands.length > 0) as CommandGroup[]
}

function actions(
  { gateway, preferences }: Headgate,
  t: I18n['t'],
  copy: (text: string) => Promise<void>,
): Command[] {
  const door = gateway.status?.state
  const running = door === 'running'
  const baseUrl = gateway.status?.baseUrl ?? ''
  const list: Command[] = beginnings.map(({ path, title, icon }) => ({
    id: path,
    title: t(title),
    icon,
    to: `#/${path}`,
  }))
  if (door && door !== 'draining')
    list.push({
      id: 'gateway',
      title: running ? t('gateway.stop') : t('gateway.start'),
      icon: running ? Square : Play,
      run: running ? gateway.stop : gateway.start,
    })
  if (baseUrl)
    list.push({
      id: 'address',
      title: t('gateway.copy'),
      detail: baseUrl,
      icon: Copy,
      run: () => copy(baseUrl),
    })
  if (!preferences.settings) return list
  const theme = preferences.theme === 'dark' ? 'light' : 'dark'
  list.push({
    id: 'theme',
    title: t(theme === 'dark' ? 'palette.dark' : 'palette.light'),
    icon: SunMoon,
    run: () => preferences.change({ theme }),
  })
  if (preferences.settings.theme !== 'system')
    list.push({
      id: 'theme system',
      title: t('settings.theme_system'),
      detail: t('settings.theme'),
      icon: SunMoon,
      run: () => preferences.change({ theme: 'system' }),
    })
  if (preferences.settings.language !== '')
    list.push({
      id: 'language system',
      title: t('settings.language_system'),
      detail: t('settings.language'),
      icon: Languages,
      run: () => preferences.change({ language: '' }),
    })
  for (const locale of locales)
    list.push({
      id: `language ${locale}`,
      title: localeNames[locale],
      detail: t('settings.language'),
      icon: Languages,
      run: () => preferences.change({ language: locale }),
    })
  return list
}
