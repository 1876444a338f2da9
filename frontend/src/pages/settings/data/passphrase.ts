/** The fewest characters of a passphrase that Headgate encrypts with. */
export const fewest = 8

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/**
 * How long guessing would take, roughly: from how many different characters of
 * which kinds there are. Repetition adds next to nothing.
 */
export function strengthOf(passphrase: string, least = fewest): Strength {
  const characters = [...passphrase]
  if (characters.length < least) return 'short'
  const kinds: [RegExp, number][] = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\p{Nd}/u, 10],
    [/\p{Lo}/u, 2000],
    [/[^\p{L}\p{Nd}]/u, 24],
  ]
  const pool = kinds.reduce((sum, [kind, size]) => sum + (kind.test(passphrase) ? size : 0), 0)
  const different = new Set(characters).size
  const counted = Math.min(characters.length, different * 1.5)
  const bits = counted * Math.log2(pool)
  if (bits < 50) return 'weak'
  return bits < 75 ? 'fair' : 'strong'
}
