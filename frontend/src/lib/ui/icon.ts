import type { Component } from 'svelte'

/** An icon of @lucide/svelte/icons. */
export type Icon = Component<{ size?: number | string; class?: string; 'aria-hidden'?: 'true' }>
