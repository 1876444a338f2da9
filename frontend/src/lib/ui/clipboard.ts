import { createContext } from 'svelte'

/** Puts text on the clipboard; rejects when the system refuses. */
export type Copy = (text: string) => Promise<void>

export const [useCopy, provideCopy] = createContext<Copy>()
