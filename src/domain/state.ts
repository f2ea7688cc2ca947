/** Shared state: versioned dotted keys with the hand that wrote them. A session's, or a run's own writes. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'
import type { Run } from './run.ts'

export const stateStream = (rootSessionId: string): string => `state-${rootSessionId}`

export interface Writer {
  readonly kind: string
  readonly id?: string
  readonly run?: string
}

/** Where a value comes from. */
export interface Provenance {
  readonly by: Writer
  readonly at: string
  readonly position: number
  /** The child run that it was merged from. */
  readonly mergedFrom?: string
}

/** One key. Removed ones stay, so that versions go on rising. */
export interface StateEntry extends Provenance {
  readonly value?: unknown
  readonly removed?: true
  readonly version: number
  /** The version before; 0 is none. */
  readonly previous: number
  readonly bytes: number
}

export interface Merge {
  readonly childRunId: string
  readonly checkpoint?: string
  /** The key under which the run's result was kept. */
  readonly resultAs?: string
  /** Its commit's place in the log, and the place of its first event; all of them stand on one stream. */
  readonly done: Done
}

/** An earlier commit that did what is asked for again. */
export interface Done {
  readonly ref: number
  readonly position: number
  readonly version: number
}

export interface Scope {
  readonly keys: Dict<StateEntry>
  /** What a run that shares the session's state read there before it first wrote the key. */
  readonly base: Dict<unknown>
  bytes: number
  /** In order. */
  readonly merges: Merge[]
}

export const emptyScope = (): Scope => ({ keys: {}, base: {}, bytes: 0, merges: [] })

export function evolveScope(scope: Scope = emptyScope(), event: BatonEvent): Scope {
  switch (event.type) {
    case 'StateChanged': {
      const { set, remove, base, mergedFrom } = event.data
      const from: Provenance = {
        by: event.by,
        at: event.at,
        position: event.position,
        ...(mergedFrom !== undefined && { mergedFrom }),
      }
      // Of two first writes at once the first one's is the base.
      for (const key in base) if (!Object.hasOwn(scope.keys, key)) scope.base[key] = base[key]
      for (const key in set) write(scope, key, { ...from, value: set[key], bytes: sizeOf(key, set[key]) })
      for (const key of remove) write(scope, key, { ...from, removed: true, bytes: key.length })
      return scope
    }
    case 'ChildResultMerged': {
      const { childRunId, checkpoint, resultAs } = event.data
      const { ref, position, version } = event
      scope.merges.push({
        childRunId,
        done: { ref, position, version },
        ...(checkpoint !== undefined && { checkpoint }),
        ...(resultAs !== undefined && { resultAs }),
      })
      return scope
    }
    default:
      return scope
  }
}

function write(scope: Scope, key: string, entry: Omit<StateEntry, 'version' | 'previous'>): void {
  const before = of(scope.keys, key)
  const previous = before?.version ?? 0
  scope.bytes += entry.bytes - (before?.bytes ?? 0)
  scope.keys[key] = { ...entry, version: previous + 1, previous: before?.removed === true ? 0 : previous }
}

/** In bytes, as it is stored. */
export const sizeOf = (key: string, value: unknown): number => key.length + Buffer.byteLength(JSON.stringify(value))

/** The version of a key that is there; 0 is none. */
export function versionOf(scope: Scope | undefined, key: string): number {
  const entry = of(scope?.keys, key)
  return entry === undefined || entry.removed === true ? 0 : entry.version
}

/** One key as a reader meets it. */
export interface Readable {
  readonly value: unknown
  readonly version: number
  /** Which layer it was read in. */
  readonly layer: 'own' | 'seed' | 'session'
  readonly provenance?: Provenance
}

/** What a session's state, or a run, reads. `session` is given where what the run has not written falls through to it. */
export function readable(layers: {
  own?: Scope | undefined
  run?: Run | undefined
  session?: Scope | undefined
}): Map<string, Readable> {
  const read = new Map<string, Readable>()
  const { own, run, session } = layers
  if (session !== undefined && run?.context !== 'isolated') overlay(read, session, 'session')
  const seed = run?.seed
  for (const key in seed?.values) {
    read.set(key, { value: seed.values[key], version: of(seed.versions, key) ?? 0, layer: 'seed' })
  }
  if (own !== undefined) overlay(read, own, 'own')
  return read
}

function overlay(read: Map<string, Readable>, scope: Scope, layer: 'own' | 'session'): void {
  for (const key in scope.keys) {
    const entry = scope.keys[key] as StateEntry
    if (entry.removed === true) {
      read.delete(key)
      continue
    }
    const { by, at, position, mergedFrom } = entry
    const provenance = { by, at, position, ...(mergedFrom !== undefined && { mergedFrom }) }
    read.set(key, { value: entry.value, version: entry.version, layer, provenance })
  }
}
