import { compile, type Pattern, type Wrong } from './pattern'

export type AliasMode = 'none' | 'one' | 'each'

/** How models come to the names of the groups that they join. */
export interface AliasRule {
  mode: AliasMode
  /** The one group for all. */
  group: string
  prefix: string
  /** Text with {model}, {vendor} and {name}. */
  pattern: string
  find: string
  replace: string
  /** What is searched for is a regular expression. */
  regex: boolean
}

export const noAlias: AliasRule = {
  mode: 'none',
  group: '',
  prefix: '',
  pattern: '{name}',
  find: '',
  replace: '',
  regex: false,
}

export interface Namer {
  /** The group that a model joins; "" for none. */
  alias: (model: string) => string
  /** What is wrong with the regular expression; nothing is replaced then. */
  wrong?: Wrong
}

export function namerOf(rule: AliasRule): Namer {
  if (rule.mode === 'none') return { alias: () => '' }
  if (rule.mode === 'one') {
    const name = rule.group.trim()
    return { alias: () => name }
  }
  const made = (model: string) =>
    rule.prefix +
    rule.pattern.replace(/\{(model|vendor|name)\}/g, (_, part: string) => partOf(model, part))
  if (rule.find === '') return { alias: (model) => made(model).trim() }
  if (!rule.regex)
    return {
      alias: (model) =>
        made(model)
          .replaceAll(rule.find, () => rule.replace)
          .trim(),
    }
  const pattern = compile(rule.find)
  if (typeof pattern === 'string') return { alias: (model) => made(model).trim(), wrong: pattern }
  return { alias: (model) => replaced(pattern, made(model), rule.replace).trim() }
}

/** What {vendor} and {name} stand for: what is before the first slash and behind the last. */
function partOf(model: string, part: string): string {
  const slash = model.indexOf('/')
  if (part === 'vendor') return slash < 0 ? '' : model.slice(0, slash)
  if (part === 'name') return model.slice(model.lastIndexOf('/') + 1)
  return model
}

function replaced(pattern: Pattern, text: string, by: string): string {
  let result = ''
  let rest = text
  while (rest !== '') {
    const found = pattern.find(rest)
    if (!found) break
    const [from, until] = found
    // A match of nothing is passed over, a character at a time.
    const end = Math.max(until, from + 1)
    result += rest.slice(0, from) + (until > from ? by : rest.slice(from, end))
    rest = rest.slice(end)
  }
  return result + rest
}

const longest = 200

/** Whether a group can have this name. */
export function isGroupName(name: string): boolean {
  const length = [...name].length
  return length >= 1 && length <= longest && name.trim() === name && !/\p{Cc}/u.test(name)
}
