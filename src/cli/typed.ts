/** Command lines to be typed, as a shell takes them. */
import type { Given } from './verb.ts'

/** A command line of Baton's. */
export type Typed = (...words: readonly string[]) => string

/** Whoever named the hub's directory names it again. */
export function typedFor({ dir }: Given): Typed {
  const where = typeof dir === 'string' ? ['--dir', dir] : []
  return (...words) => ['baton', ...words, ...where].map(quoted).join(' ')
}

export const quoted = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
