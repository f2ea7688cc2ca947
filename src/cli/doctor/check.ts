/** What a check is, and what it finds. */
import type { Severity } from '../log-findings.ts'
import type { Facts } from './facts.ts'

export interface Trouble {
  readonly severity: Severity
  /** What is wrong, in a sentence. */
  readonly what: string
  /** What to do about it, in a sentence. */
  readonly cure: string
  /** The same to type, line by line. */
  readonly type?: readonly string[]
}

export interface Check {
  readonly name: string
  /** Needs a hub that could be opened. */
  readonly needsHub?: boolean
  /** Pure: a function of what was read. */
  readonly find: (facts: Facts) => readonly Trouble[]
}

/** A check of what is in the hub. */
export const ofHub = (
  name: string,
  find: (hub: NonNullable<Facts['hub']>, facts: Facts) => readonly Trouble[],
): Check => ({
  name,
  needsHub: true,
  find: (facts) => (facts.hub === undefined ? [] : find(facts.hub, facts)),
})

/** So many of a kind are told one by one. */
const TOLD = 10

/** The first of many, and that there are more. */
export function firstOf<Item>(
  items: readonly Item[],
  tell: (item: Item) => Trouble,
  seeAll: (more: number) => Pick<Trouble, 'what' | 'cure' | 'type'>,
): Trouble[] {
  const told = items.slice(0, TOLD).map(tell)
  const [first] = told
  const more = items.length - told.length
  return first === undefined || more === 0 ? told : [...told, { severity: first.severity, ...seeAll(more) }]
}

export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
