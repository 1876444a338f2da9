// JSON is laid out, never parsed and written again: numbers keep their digits,
// keys their order, and what was cut off in the middle is laid out as far as it goes.

/** Whether a text begins as a JSON object or array does. */
export const looksLikeJson = (text: string) => /^\s*(\{\s*["}]|\[)/.test(text)

/** Lays JSON out, two spaces a level. Text outside of it stays as it is. */
export function layOut(json: string): string {
  const token = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\],:]|[^\s"{}[\],:]+/g
  let out = ''
  let depth = 0
  // What was opened and has nothing in it yet: "{}" stays on its line.
  let fresh = false
  const line = () => `\n${'  '.repeat(depth)}`
  for (const [part] of json.matchAll(token)) {
    const closes = part === '}' || part === ']'
    if (closes) {
      depth = Math.max(0, depth - 1)
      out += fresh ? part : line() + part
      fresh = false
      continue
    }
    if (fresh) out += line()
    fresh = false
    if (part === '{' || part === '[') {
      out += part
      depth++
      fresh = true
    } else if (part === ',') out += part + line()
    else if (part === ':') out += ': '
    else out += part
  }
  return out
}

/** The texts of a stream of chat completion chunks, put together; "" when there are none. */
export function streamedText(events: string): string {
  let text = ''
  for (const [, data] of events.matchAll(/^data:[ \t]*(\{.*)$/gm)) {
    try {
      const chunk = JSON.parse(data ?? '') as {
        choices?: { delta?: { content?: unknown; reasoning_content?: unknown } }[]
      }
      const content = chunk.choices?.[0]?.delta?.content
      if (typeof content === 'string') text += content
    } catch {
      // The last event may be cut in the middle.
    }
  }
  return text
}
