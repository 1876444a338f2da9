// Markdown as data, for Markdown.svelte, which makes elements of it. No HTML text
// is ever put together, so none has to be cleaned: what a model writes as HTML
// stays the characters that it wrote.

import { getDefaults, lexer, type Token } from 'marked'

/** Blocks within blocks are shown as they were written from this depth on. */
export const deepest = 12

/** A document's blocks, where a new line is one; as one text when it can't be read. */
export function blocksOf(text: string): Token[] {
  try {
    return lexer(text, { ...getDefaults(), breaks: true })
  } catch {
    return [{ type: 'text', raw: text, text }]
  }
}

/** Where a link leads, when a person may go there: a page over https. */
export function destination(href: string): URL | null {
  try {
    const url = new URL(href)
    const plain = url.username === '' && url.password === ''
    return url.protocol === 'https:' && plain ? url : null
  } catch {
    return null
  }
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

/** Text with its character references read, as Markdown means them. */
export function plain(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]+));/g,
    (all, dec, hex, name) => {
      if (name) return named[name] ?? all
      const point = dec ? Number(dec) : parseInt(hex, 16)
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
    },
  )
}

export const isBreak = (html: string) => /^<br\s*\/?>$/i.test(html.trim())
