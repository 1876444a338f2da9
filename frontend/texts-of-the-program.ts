import type { Plugin } from 'vite'

const areas = ['tray.', 'dialog.', 'start_failure.', 'web_view.']
const errors = [
  'api_key_unknown',
  'file_exists',
  'group_unknown',
  'not_ready',
  'passphrase_unreadable',
  'program_gone',
  'program_silent',
  'still_busy',
].map((code) => `error.${code}`)

/** Whether only the program says a text: in its tray, its dialogs or on its command line. */
export const isOfTheProgram = (key: string) =>
  errors.includes(key) || areas.some((area) => key.startsWith(area))

/** Leaves these out of what the window loads. */
export const textsOfTheProgram: Plugin = {
  name: 'texts-of-the-program',
  apply: 'build',
  enforce: 'pre',
  transform: (text, id) => {
    if (!/\/app\/i18n\/locales\/[\w-]+\.json$/.test(id)) return
    const all = Object.entries(JSON.parse(text) as Record<string, unknown>)
    return {
      code: JSON.stringify(Object.fromEntries(all.filter(([key]) => !isOfTheProgram(key)))),
      map: null,
    }
  },
}
