/**
 * The merge of a child's writes into a target, key by key and three-way. Pure, and free of who or where: base, ours and
 * theirs are values, absent where there is none.
 */
import { isPlain, same } from './json.ts'

/** Absent is a value of its own: a key that was never there, or was removed. */
export type Value = { readonly value: unknown } | undefined

/** What a merge does with a key that both sides have changed; `fail` if nothing is said. */
export type Strategy =
  | 'fail'
  | 'ours'
  | 'theirs'
  | 'append'
  | 'deep'
  | 'sum'
  | 'max'
  | 'min'
  | { readonly set: unknown }

export interface MergeInput {
  /** The child's own writes. */
  readonly theirs: ReadonlyMap<string, Value>
  /** What the child started from, or had when it was merged last. */
  readonly base: (key: string) => Value
  /** What the target holds now. */
  readonly ours: (key: string) => Value
  readonly strategies?: Readonly<Record<string, Strategy>>
  readonly fallback?: Strategy
}

export interface KeyConflict {
  readonly key: string
  readonly base: Value
  readonly ours: Value
  readonly theirs: Value
  readonly why: string
}

export interface Merged {
  readonly set: Readonly<Record<string, unknown>>
  readonly remove: readonly string[]
  readonly keys: Readonly<Record<string, 'taken' | 'equal' | 'kept' | 'combined'>>
  readonly conflicts: readonly KeyConflict[]
}

export function mergeWrites({ theirs, base, ours, strategies = {}, fallback = 'fail' }: MergeInput): Merged {
  const set: Record<string, unknown> = {}
  const remove: string[] = []
  const keys: Record<string, 'taken' | 'equal' | 'kept' | 'combined'> = {}
  const conflicts: KeyConflict[] = []

  const put = (key: string, value: Value): void => {
    if (value === undefined) remove.push(key)
    else set[key] = value.value
  }

  for (const [key, their] of theirs) {
    const our = ours(key)
    const origin = base(key)
    const strategy = (Object.hasOwn(strategies, key) ? strategies[key] : undefined) ?? fallback
    if (equal(their, origin)) {
      // The child left it as it was: whatever the target did with it stays.
      keys[key] = equal(our, their) ? 'equal' : 'kept'
    } else if (equal(our, origin)) {
      keys[key] = 'taken'
      put(key, their)
    } else if (equal(our, their) && !(strategy === 'sum' && isCounter(origin, our))) {
      keys[key] = 'equal'
    } else {
      const combined = combine(strategy, origin, our, their)
      if ('why' in combined) {
        conflicts.push({ key, base: origin, ours: our, theirs: their, why: combined.why })
      } else if (equal(combined.to, our)) {
        keys[key] = 'kept'
      } else {
        keys[key] = equal(combined.to, their) ? 'taken' : 'combined'
        put(key, combined.to)
      }
    }
  }
  return { set, remove, keys, conflicts }
}

const equal = (a: Value, b: Value): boolean => (a === undefined || b === undefined ? a === b : same(a.value, b.value))

/** Two that counted up to the same figure have counted twice as far; whatever else is equal is the same. */
const isCounter = (base: Value, both: Value): boolean =>
  both !== undefined && figure(base) !== undefined && figure(both) !== undefined

type Combined = { readonly to: Value } | { readonly why: string }

/** Both sides changed it. */
function combine(strategy: Strategy, base: Value, ours: Value, theirs: Value): Combined {
  if (typeof strategy === 'object') return { to: { value: strategy.set } }
  switch (strategy) {
    case 'fail':
      return { why: 'both changed it' }
    case 'ours':
      return { to: ours }
    case 'theirs':
      return { to: theirs }
    case 'append':
      return append(base, ours, theirs)
    case 'deep':
      return deep(base, ours, theirs)
    case 'sum':
    case 'max':
    case 'min':
      return arithmetic(strategy, base, ours, theirs)
  }
}

/** What the child added comes behind what is there; nothing twice, and nothing again that the target took out. */
function append(base: Value, ours: Value, theirs: Value): Combined {
  const [before, mine, yours] = [list(base), list(ours), list(theirs)]
  if (before === undefined || mine === undefined || yours === undefined) return { why: 'append needs arrays' }
  const kept = [...mine]
  for (const item of yours) {
    if (![...kept, ...before].some((other) => same(other, item))) kept.push(item)
  }
  return { to: { value: kept } }
}

const list = (value: Value): readonly unknown[] | undefined => {
  if (value === undefined) return []
  return Array.isArray(value.value) ? value.value : undefined
}

function arithmetic(strategy: 'sum' | 'max' | 'min', base: Value, ours: Value, theirs: Value): Combined {
  const [before, mine, yours] = [figure(base), figure(ours), figure(theirs)]
  if (before === undefined || mine === undefined || yours === undefined) return { why: `${strategy} needs numbers` }
  // What the child added since the base, so that a counter merged on the way counts once.
  if (strategy === 'sum') {
    const value = mine + yours - before
    // JSON has no word for infinity: it would be stored as null.
    return Number.isFinite(value) ? { to: { value } } : { why: 'the sum is too large for a number' }
  }
  if (ours === undefined) return { to: theirs }
  if (theirs === undefined) return { to: ours }
  return { to: { value: strategy === 'max' ? Math.max(mine, yours) : Math.min(mine, yours) } }
}

const figure = (value: Value): number | undefined => {
  if (value === undefined) return 0
  return typeof value.value === 'number' ? value.value : undefined
}

/** Objects are merged member by member, by the same three-way rule; what both changed otherwise is a conflict. */
function deep(base: Value, ours: Value, theirs: Value, path = ''): Combined {
  if (equal(ours, theirs) || equal(theirs, base)) return { to: ours }
  if (equal(ours, base)) return { to: theirs }
  if (!isPlain(ours?.value) || !isPlain(theirs?.value)) {
    return { why: path === '' ? 'deep needs objects' : `both changed ${path}` }
  }
  const before = isPlain(base?.value) ? base.value : {}
  const merged: [string, unknown][] = []
  for (const name of new Set([...Object.keys(ours.value), ...Object.keys(theirs.value)])) {
    const inner = path === '' ? name : `${path}.${name}`
    const result = deep(member(before, name), member(ours.value, name), member(theirs.value, name), inner)
    if ('why' in result) return result
    if (result.to !== undefined) merged.push([name, result.to.value])
  }
  return { to: { value: Object.fromEntries(merged) } }
}

const member = (object: Record<string, unknown>, name: string): Value =>
  Object.hasOwn(object, name) && object[name] !== undefined ? { value: object[name] } : undefined
