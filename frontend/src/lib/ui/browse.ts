import { createContext } from 'svelte'

/** Shows a web page in the person's own browser. */
export type Browse = (url: string) => void

export const [useBrowse, provideBrowse] = createContext<Browse>()
