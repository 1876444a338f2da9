// Files in a browser: a document is fetched by the browser itself, so that no
// page holds a long log in memory; a file is sent as it is.

import { send } from './send'
import type { Upload } from './types'

/** Resolves with the file's name as soon as the browser has begun to fetch it. */
export async function saveInBrowser(document: string, args: unknown): Promise<string> {
  const { voucher, name } = (await send('POST', `/download/${document}`, args)) as {
    voucher: string
    name: string
  }
  const link = window.document.createElement('a')
  link.href = `/download/${voucher}`
  link.download = name
  link.hidden = true
  window.document.body.append(link)
  link.click()
  link.remove()
  return name
}

/** Resolves with null when the person chose no file. */
export async function openInBrowser(): Promise<Upload | null> {
  const file = await chooseFile()
  return file && sendFile(file)
}

export async function sendFile(file: File): Promise<Upload> {
  return (await send('POST', `/files?name=${encodeURIComponent(file.name)}`, file)) as Upload
}

function chooseFile(): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.hidden = true
  document.body.append(input)
  return new Promise((resolve) => {
    const done = () => {
      resolve(input.files?.[0] ?? null)
      input.remove()
    }
    input.addEventListener('change', done)
    input.addEventListener('cancel', done)
    input.click()
  })
}
