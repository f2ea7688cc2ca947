/** Folds accepted commits into all views at once. The one loop that brings a view forward. */
import { eventCatalog, upcast, type BatonEvent, type Place } from '../events/catalog.ts'
import { actorKey } from '../log/accept.ts'
import type { Judged } from '../log/judging.ts'
import type { StreamIndex } from '../log/stream-index.ts'
import { viewCatalog, type DocOf, type ViewName } from './catalog.ts'
import { keysFor, type View } from './view.ts'

/** What an actor's key was used for. */
export interface KeyUse {
  readonly ref: number
  readonly fp: string
  readonly position: number
  /** The version of each of its events. */
  readonly versions: readonly number[]
}

export interface Replica {
  /** To be called with every judged line, in order, after the stream index. */
  apply: (judged: Judged) => void
  clear: () => void
  get: <Name extends ViewName>(view: Name, key: string) => DocOf<Name> | undefined
  /** Every document of a view, for whoever compares. */
  documents: (view: ViewName) => ReadonlyMap<string, unknown>
  /** By `actorKey`: permanent, where the acceptance rule's window ends. */
  keyUse: (actorKey: string) => KeyUse | undefined
  /** What this build does not know on a stream: it must not decide on it. */
  unknown: (stream: string) => string | undefined
}

interface Interest {
  readonly docs: Map<string, unknown>
  readonly keys: (event: BatonEvent) => readonly string[]
  readonly evolve: View<unknown>['evolve']
}

/** Which views an event of each type touches: asking all of them for each event would cost more than folding it. */
function byEventType(documents: ReadonlyMap<string, Map<string, unknown>>): Map<string, Interest[]> {
  const views = Object.entries(viewCatalog) as [string, View<unknown>][]
  return new Map(
    Object.keys(eventCatalog).map((type) => [
      type,
      views.flatMap(([name, view]) => {
        const keys = keysFor(view, type)
        return keys === undefined
          ? []
          : [{ docs: documents.get(name) as Map<string, unknown>, keys, evolve: view.evolve }]
      }),
    ]),
  )
}

/** The streams of users: their events are theirs, whatever they are called. */
export const isForeign = (stream: string): boolean => stream.startsWith('x-')

export function createReplica(index: StreamIndex): Replica {
  const documents = new Map(Object.keys(viewCatalog).map((name) => [name, new Map<string, unknown>()]))
  const interested = byEventType(documents)
  const keyUses = new Map<string, KeyUse>()
  const unknowns = new Map<string, string>()

  function apply(judged: Judged): void {
    const { commit, entry, position, raises } = judged
    if (commit === undefined || raises === undefined) return
    const { id, at, by, events } = commit
    const versions = index.newest(raises)
    for (const [i, { s: stream, t, v, d }] of events.entries()) {
      if (isForeign(stream)) continue
      const data = upcast(t, v, d)
      const version = versions[i] as number
      if (data === undefined) unknowns.set(stream, `${t} v${v}`)
      else fold(t, data, { stream, version, position: position + i, commit: id, at, by, ref: entry.ref, index: i })
    }
    if (commit.key !== undefined) {
      keyUses.set(actorKey(by, commit.key), { ref: entry.ref, fp: commit.fp ?? '', position, versions })
    }
  }

  function fold(type: string, data: unknown, place: Place): void {
    const event = { ...place, type, data } as BatonEvent
    try {
      for (const { docs, keys, evolve } of interested.get(type) ?? []) {
        for (const key of keys(event)) {
          const doc = evolve(docs.get(key), event, key)
          if (doc === undefined) docs.delete(key)
          else docs.set(key, doc)
        }
      }
    } catch (error) {
      // Of a known type and not of its shape: somebody else wrote it. Reading goes on; nobody decides on that stream.
      unknowns.set(place.stream, `${type} at position ${place.position} (${String(error)})`)
    }
  }

  return {
    apply,
    clear() {
      for (const docs of documents.values()) docs.clear()
      keyUses.clear()
      unknowns.clear()
    },
    get: (view, key) => documents.get(view)?.get(key) as DocOf<typeof view> | undefined,
    documents: (view) => documents.get(view) as ReadonlyMap<string, unknown>,
    keyUse: (key) => keyUses.get(key),
    unknown: (stream) => unknowns.get(stream),
  }
}
