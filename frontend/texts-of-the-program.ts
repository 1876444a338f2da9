import type { Plugin } from 'vite'

// What only the program says, in its tray, notifications, dialogs and on its command
// line, is not among the texts that the window loads.
const areas = ['tray.', 'notify.', 'dialog.', 'start_failure.']
const codes = [
  'api_key_unknown',
  'file_exists',
  'group_unknown',
  'not_ready',
  'passphrase_unreadable',
  'program_gone',
  'program_silent',
  'still_busy',
].map((code) => `error.${code}`)

export const textsOfTheProgram: Plugin = {
  name: 'texts-of-the-program',
  enforce: 'pre',
  transform: (text, id) => {
    if (!/\/app\/i18n\/locales\/[\w-]+\.json$/.test(id)) return
    const all = Object.entries(JSON.parse(text) as Record<string, unknown>)
    const kept = all.filter(
      ([key]) => !codes.includes(key) && !areas.some((area) => key.startsWith(area)),
    )
    return { code: JSON.stringify(Object.fromEntries(kept)), map: null }
  },
}
