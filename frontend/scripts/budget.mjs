// Weighs the built window, gzipped: what the first screen loads, and everything.
// Prints each file, and fails when a budget is exceeded.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

// A window that opens loads the first, 27 KiB of it all texts of its language; it is there
// in a third of the 250 ms that it may take. Pages come one by one, as they are opened.
const firstScreen = 104 * 1024
const everything = 264 * 1024

const dist = join(import.meta.dirname, '..', 'dist')
const assets = join(dist, 'assets')
const files = new Map(
  readdirSync(assets)
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => {
      const content = readFileSync(join(assets, name))
      return [name, { content: content.toString(), size: gzipSync(content).length }]
    }),
)

// A person reads one language: the other four catalogs are not loaded.
const isCatalog = (name) => /^(zh-Hant|zh-Hans|ja|ko)-/.test(name)

function reached(start) {
  const found = new Set()
  const visit = (text) => {
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) add(name)
  }
  const add = (name) => {
    if (found.has(name) || !files.has(name)) return
    found.add(name)
    if (name.endsWith('.js')) visit(files.get(name).content)
  }
  for (const [, name] of start.matchAll(/assets\/([^"]+\.(?:js|css))/g)) add(name)
  return { found, add }
}

const { found, add } = reached(readFileSync(join(dist, 'index.html'), 'utf8'))
// What a returning person sees first: the dashboard, in the largest catalog that is loaded alone.
for (const name of files.keys()) if (/^(DashboardPage|en)-/.test(name)) add(name)

const sum = (names) => [...names].reduce((total, name) => total + files.get(name).size, 0)
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`
const first = sum(found)
const all = sum([...files.keys()].filter((name) => !isCatalog(name)))

for (const [name, { size }] of files)
  console.log(kib(size).padStart(10), found.has(name) ? '*' : ' ', name)
console.log(`first screen (*): ${kib(first)} of ${kib(firstScreen)}`)
console.log(`everything, one language: ${kib(all)} of ${kib(everything)}`)
if (first > firstScreen || all > everything) {
  console.error('The window has outgrown its budget.')
  process.exit(1)
}
