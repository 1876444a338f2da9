import Copy from '@lucide/svelte/icons/copy'
import KeyRound from '@lucide/svelte/icons/key-round'
import Languages from '@lucide/svelte/icons/languages'
import Layers from '@lucide/svelte/icons/layers'
import OctagonAlert from '@lucide/svelte/icons/octagon-alert'
import Play from '@lucide/svelte/icons/play'
import Plus from '@lucide/svelte/icons/plus'
import Server from '@lucide/svelte/icons/server'
import Square from '@lucide/svelte/icons/square'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import { localeNames, locales, type Key } from '../lib/i18n/catalog'
import type { I18n } from '../lib/i18n/i18n.svelte'
import { href } from '../lib/router/router.svelte'
import type { Headgate } from '../lib/state/headgate.svelte'
import type { Icon } from '../lib/ui/icon'
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

const additions: { path: string; title: Key }[] = [
  { path: 'providers?add=1', title: 'providers.add' },
  { path: 'groups?add=1', title: 'groups.add' },
  { path: 'keys?add=1', title: 'keys.add' },
  { path: 'keywords?add=1', title: 'keywords.add' },
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
        to: href('keys', { key: id }),
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
        to: href('keywords', { keyword: id }),
      })),
    },
  ].filter(({ commands }) => commands.length > 0) as CommandGroup[]
}

function actions(
  { gateway, preferences }: Headgate,
  t: I18n['t'],
  copy: (text: string) => Promise<void>,
): Command[] {
  const running = gateway.status?.state === 'running'
  const baseUrl = gateway.status?.baseUrl ?? ''
  const { settings } = preferences
  const list: Command[] = additions.map(({ path, title }) => ({
    id: path,
    title: t(title),
    icon: Plus,
    to: `#/${path}`,
  }))
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
  if (!settings) return list
  const theme = preferences.theme === 'dark' ? 'light' : 'dark'
  list.push({
    id: 'theme',
    title: t(theme === 'dark' ? 'palette.dark' : 'palette.light'),
    icon: SunMoon,
    run: () => preferences.save({ ...settings, theme }),
  })
  for (const locale of locales)
    list.push({
      id: `language ${locale}`,
      title: localeNames[locale],
      detail: t('settings.language'),
      icon: Languages,
      run: () => preferences.save({ ...settings, language: locale }),
    })
  return list
}
