import type { Component } from 'svelte'
import Activity from '@lucide/svelte/icons/activity'
import Cable from '@lucide/svelte/icons/cable'
import ChartColumn from '@lucide/svelte/icons/chart-column'
import KeyRound from '@lucide/svelte/icons/key-round'
import Layers from '@lucide/svelte/icons/layers'
import MessageSquare from '@lucide/svelte/icons/message-square'
import OctagonAlert from '@lucide/svelte/icons/octagon-alert'
import Rocket from '@lucide/svelte/icons/rocket'
import Server from '@lucide/svelte/icons/server'
import Settings from '@lucide/svelte/icons/settings'
import type { Key } from '../lib/i18n/catalog'
import type { Icon } from '../lib/ui/icon'

export interface PageEntry {
  path: string
  title: Key
  icon: Icon
  load: () => Promise<{ default: Component }>
}

export const start: PageEntry = {
  path: 'start',
  title: 'start.title',
  icon: Rocket,
  load: () => import('../pages/start/StartPage.svelte'),
}

export const settings: PageEntry = {
  path: 'settings',
  title: 'settings.title',
  icon: Settings,
  load: () => import('../pages/settings/SettingsPage.svelte'),
}

/** The rail's sections, from top to bottom. */
export const sections: { title: Key; pages: PageEntry[] }[] = [
  {
    title: 'rail.monitor',
    pages: [
      {
        path: 'dashboard',
        title: 'dashboard.title',
        icon: ChartColumn,
        load: () => import('../pages/dashboard/DashboardPage.svelte'),
      },
      {
        path: 'calls',
        title: 'calls.title',
        icon: Activity,
        load: () => import('../pages/calls/CallsPage.svelte'),
      },
    ],
  },
  {
    title: 'rail.route',
    pages: [
      {
        path: 'groups',
        title: 'groups.title',
        icon: Layers,
        load: () => import('../pages/groups/GroupsPage.svelte'),
      },
      {
        path: 'providers',
        title: 'providers.title',
        icon: Server,
        load: () => import('../pages/providers/ProvidersPage.svelte'),
      },
    ],
  },
  {
    title: 'rail.access',
    pages: [
      {
        path: 'keys',
        title: 'keys.title',
        icon: KeyRound,
        load: () => import('../pages/keys/KeysPage.svelte'),
      },
      {
        path: 'connect',
        title: 'connect.title',
        icon: Cable,
        load: () => import('../pages/connect/ConnectPage.svelte'),
      },
    ],
  },
  {
    title: 'rail.rules',
    pages: [
      {
        path: 'keywords',
        title: 'keywords.title',
        icon: OctagonAlert,
        load: () => import('../pages/keywords/KeywordsPage.svelte'),
      },
    ],
  },
  {
    title: 'rail.try',
    pages: [
      {
        path: 'playground',
        title: 'playground.title',
        icon: MessageSquare,
        load: () => import('../pages/playground/PlaygroundPage.svelte'),
      },
    ],
  },
]

export const pages: PageEntry[] = [start, ...sections.flatMap((section) => section.pages), settings]
