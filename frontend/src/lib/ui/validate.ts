import * as v from 'valibot'

/** The first complaint about each field, as the key of its text; null when there is none. */
export function complaints<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
): Record<string, string> | null {
  const result = v.safeParse(schema, input)
  if (result.success) return null
  const found: Record<string, string> = {}
  for (const issue of result.issues) {
    found[v.getDotPath(issue) ?? ''] ??= issue.message
  }
  return found
}
