/** Comparing what is with what should be. */
import { isDeepStrictEqual } from 'node:util'

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (areSame(actual, expected) || isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}

/** Most comparisons end here, and there are very many. */
const areSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => Object.is(item, b[i])))

export const pairs = (of: Iterable<readonly [string, unknown]>): string[] =>
  sorted([...of].map(([a, b]) => `${a} ${String(b)}`))

export const sorted = (ids: Iterable<string>): string[] => [...ids].sort()
