/** What is wrong with a value, in Baton's words: zod/mini has none of its own, and those of zod speak of schemas. */
import type * as z from 'zod/mini'

type Issue = z.core.$ZodIssue

/** Begins with `is` where it goes on from the name of a field: `title is missing`, but `outcome: "nope" is none of ...`. */
export function problemOf(issue: Issue, input: unknown): string {
  const held = valueAt(input, issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return held === undefined ? 'is missing' : `${named(issue.expected)} is needed, not ${shown(held)}`
    case 'invalid_value':
      if (held === undefined) return 'is missing'
      return issue.values.length === 1
        ? `${shown(held)} is not ${String(issue.values[0])}`
        : `${shown(held)} is none of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return isCounted(issue.origin) ? `a ${numberFrom(held)} from ${String(issue.minimum)} is needed` : 'is empty'
    case 'too_big':
      return isCounted(issue.origin)
        ? `a ${numberFrom(held)} up to ${String(issue.maximum)} is needed`
        : `over the limit of ${String(issue.maximum)}`
    case 'unrecognized_keys':
      return `there is no field ${issue.keys.join(', ')}`
    case 'invalid_format':
      return issue.format === 'datetime' ? `${shown(held)} is no time as 2026-12-24T18:00:00Z` : issue.message
    case 'invalid_key':
      return issue.issues.map((each) => problemOf(each, issue.path.at(-1))).join(', ')
    case 'invalid_union':
      if (held === undefined) return 'is missing'
      return issue.errors.flatMap(([first]) => (first === undefined ? [] : problemOf(first, held))).join(', or ')
    default:
      return issue.message
  }
}

/** What an issue is about. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let at = input
  for (const step of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[step]
  return at
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
  object: 'an object',
}

const named = (expected: string): string => NAMES[expected] ?? expected

const isCounted = (origin: string): boolean => ['number', 'int', 'bigint'].includes(origin)
const numberFrom = (held: unknown): string => (Number.isInteger(held) ? 'whole number' : 'number')

/** What it is, or as much of it as shows which one is meant. */
export function shown(held: unknown): string {
  if (Array.isArray(held)) return 'a list'
  if (typeof held === 'object' && held !== null) return 'an object'
  // JSON would make null of what is no number.
  if (typeof held !== 'string')
    return typeof held === 'symbol' || typeof held === 'function' ? typeof held : String(held)
  return JSON.stringify(held.length <= 40 ? held : `${held.slice(0, 39)}…`)
}
