// Pictures of a window have few colours that matter: with 256 of them a PNG is
// half as large and looks the same.

import { crc32, deflateSync, inflateSync } from 'node:zlib'

const most = 256
const signature = Buffer.from('89504e470d0a1a0a', 'hex')

/** The bytes of an 8-bit PNG without alpha or interlacing, as 3 a pixel. */
function read(png) {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const channels = { 2: 3, 6: 4 }[png[25]]
  if (png[24] !== 8 || !channels || png[28] !== 0) throw new Error('another kind of PNG')
  const parts = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
  const lines = inflateSync(Buffer.concat(parts))
  const stride = width * channels
  const all = Buffer.alloc(height * stride)
  const near = (i, back) => (i < back ? 0 : all[i - back])
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const i = y * stride + x
      const left = x < channels ? 0 : all[i - channels]
      const up = near(i, stride)
      const corner = x < channels ? 0 : near(i, stride + channels)
      all[i] = lines[y * (stride + 1) + 1 + x] + guess(filter, left, up, corner)
    }
  }
  return { width, height, pixel: (n) => all.readUIntBE(n * channels, 3) }
}

function guess(filter, left, up, corner) {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(left + up - corner - one))
  return a <= b && a <= c ? left : b <= c ? up : corner
}

const distance = (one, other) =>
  [16, 8, 0].reduce((sum, at) => sum + (((one >> at) & 255) - ((other >> at) & 255)) ** 2, 0)

/** The areas' colours and, of the edges', those that differ enough; and which of them each becomes. */
function paletteOf(counts) {
  const colours = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour)
  const areas = colours.filter((colour) => counts.get(colour) > 300).slice(0, most / 2)
  let palette = []
  for (let apart = 0; ; apart = apart * 2 + 1) {
    palette = [...areas]
    for (const colour of colours)
      if (palette.every((known) => distance(known, colour) > apart)) palette.push(colour)
    if (palette.length <= most) break
  }
  const nearest = new Map()
  for (const colour of colours) {
    let best = 0
    for (let i = 1; i < palette.length; i++)
      if (distance(palette[i], colour) < distance(palette[best], colour)) best = i
    nearest.set(colour, best)
  }
  return { palette, nearest }
}

function chunk(name, data) {
  const made = Buffer.alloc(12 + data.length)
  made.writeUInt32BE(data.length)
  made.write(name, 4, 'latin1')
  data.copy(made, 8)
  made.writeUInt32BE(crc32(made.subarray(4, -4)), 8 + data.length)
  return made
}

/** The same picture with at most 256 colours. */
export function frugal(png) {
  const { width, height, pixel } = read(png)
  const counts = new Map()
  for (let n = 0; n < width * height; n++) counts.set(pixel(n), (counts.get(pixel(n)) ?? 0) + 1)
  const { palette, nearest } = paletteOf(counts)
  const lines = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      lines[y * (width + 1) + 1 + x] = nearest.get(pixel(y * width + x))
  const head = Buffer.from(png.subarray(16, 29))
  head[9] = 3
  const colours = Buffer.alloc(3 * palette.length)
  palette.forEach((colour, i) => colours.writeUIntBE(colour, 3 * i, 3))
  return Buffer.concat([
    ...[signature, chunk('IHDR', head), chunk('PLTE', colours)],
    ...[chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))],
  ])
}
