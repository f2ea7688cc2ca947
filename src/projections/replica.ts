/** Folds accepted commits into all views at once. The one loop that brings a view forward. */
import { upcast, type BatonEvent } from '../events/catalog.ts'
import { actorKey } from '../log/accept.ts'
import type { Judged } from '../log/judging.ts'
import { newestVersions, type StreamIndex } from '../log/stream-index.ts'
import type { DocOf, ViewName } from './catalog.ts'
import { emptyList, type Chunked } from './chunked.ts'
import type { Documents, Shelf } from './documents.ts'
import {
  ALL_COMMITS,
  ALL_UNKNOWNS,
  commitList,
  placesOf,
  spillCommits,
  spillPlaces,
  versionOf,
  type CommitList,
  type KeyUse,
  type StreamList,
} from './indexes.ts'
import { isTableDamaged } from './snapshots/damaged.ts'
import { keysFor, type View } from './view.ts'

/** The views that a replica folds: all of them, or those that are rebuilt. */
// oxlint-disable-next-line typescript/no-explicit-any -- each has documents of its own kind
export type Views = Readonly<Record<string, View<any>>>

export interface Replica {
  /** To be called with every judged line, in order. Throws where a table is damaged: then all has to be folded again. */
  apply: (judged: Judged) => void
  get: <Name extends ViewName>(view: Name, key: string) => DocOf<Name> | undefined
  /** Of a document that nobody has parsed yet, its JSON or `null`: for whoever wants little of much. */
  text: (view: ViewName, key: string) => string | null | undefined
  /** Where the events of each stream lie. */
  readonly index: StreamIndex
  /** Where each accepted commit lies. */
  commits: () => CommitList
  /** By `actorKey`: permanent, where the acceptance rule's window ends. */
  keyUse: (actorKey: string) => KeyUse | undefined
  /** What this build does not know on a stream: it must not decide on it. */
  unknown: (stream: string) => string | undefined
}

/** A view that an event touches. */
interface Interest {
  readonly shelf: Shelf
  readonly view: View<unknown>
  readonly keys: (event: BatonEvent) => readonly string[]
}

/** The streams of users: their events are theirs, whatever they are called. */
export const isForeign = (stream: string): boolean => stream.startsWith('x-')

export function createReplica(views: Views, documents: Documents): Replica {
  const shelves = new Map(Object.keys(views).map((name) => [name, documents.shelf(name)]))
  const interested = interestsIn(views, documents)
  const [streams, commits, keys, unknowns] = ['streams', 'commits', 'keys', 'unknowns'].map(documents.shelf) as [
    Shelf,
    Shelf,
    Shelf,
    Shelf,
  ]

  const index: StreamIndex = {
    version: (stream) => versionOf(streams.get(stream) as StreamList | undefined),
    places: (stream, from, to) => placesOf(streams.get, stream, from, to),
  }

  function apply({ commit, entry, position, raises, n }: Judged): void {
    if (commit === undefined || raises === undefined) return
    const { id, at, by, events } = commit
    addCommit(n, position, entry.ref, at)
    for (const [i, { s: stream, t, v, d }] of events.entries()) {
      const version = addPlace(n, stream, entry.ref, i, position + i)
      if (isForeign(stream)) continue
      const data = upcast(t, v, d)
      if (data === undefined) {
        setUnknown(n, stream, `${t} v${v}`)
        continue
      }
      // Field by field: to copy an object for each event costs as much as folding it.
      const [place, ref] = [position + i, entry.ref]
      fold(n, { stream, version, position: place, commit: id, at, by, ref, index: i, type: t, data } as BatonEvent)
    }
    if (commit.key !== undefined) {
      const use: KeyUse = { ref: entry.ref, fp: commit.fp ?? '', position, versions: newestVersions(index, raises) }
      keys.open(actorKey(by, commit.key), n).doc = use
    }
  }

  function addCommit(n: number, position: number, ref: number, at: string): void {
    const entry = commits.open(ALL_COMMITS, n)
    const list = (entry.doc ??= emptyList()) as Chunked<number>
    list.last.push(position, ref, Math.max(Date.parse(at), list.last.at(-1) ?? 0))
    spill(commits, spillCommits(list, ALL_COMMITS), n)
    if (n === 1) unknowns.open(ALL_UNKNOWNS, n).doc ??= {}
  }

  /** Returns the version of the event. */
  function addPlace(n: number, stream: string, ref: number, i: number, position: number): number {
    const entry = streams.open(stream, n)
    const list = (entry.doc ??= emptyList()) as StreamList
    list.last.push(ref, i, position)
    spill(streams, spillPlaces(list, stream), n)
    return versionOf(list)
  }

  function setUnknown(n: number, stream: string, what: string): void {
    const doc = (unknowns.open(ALL_UNKNOWNS, n).doc ??= {}) as Record<string, string>
    doc[stream] = what
  }

  function fold(n: number, event: BatonEvent): void {
    try {
      for (const { shelf, view, keys: keysOf } of interested(event.type)) {
        if (shelf.isPending) continue
        for (const key of keysOf(event)) {
          const entry = shelf.open(key, n)
          entry.doc = view.evolve(entry.doc, event, key)
          if (view.spill !== undefined && entry.doc !== undefined) spill(shelf, view.spill(entry.doc, key), n)
        }
      }
    } catch (error) {
      if (isTableDamaged(error)) throw error
      // Of a known type and not of its shape: somebody else wrote it. Reading goes on; nobody decides on that stream.
      setUnknown(n, event.stream, `${event.type} at position ${event.position} (${String(error)})`)
    }
  }

  return {
    apply,
    index,
    get: (view, key) => shelves.get(view)?.get(key) as DocOf<typeof view> | undefined,
    text: (view, key) => shelves.get(view)?.text(key),
    commits: () => commitList(commits.get),
    keyUse: (key) => keys.get(key) as KeyUse | undefined,
    unknown: (stream) => {
      const all = unknowns.get(ALL_UNKNOWNS) as Record<string, string> | undefined
      return all !== undefined && Object.hasOwn(all, stream) ? all[stream] : undefined
    },
  }
}

function spill(shelf: Shelf, spilled: { readonly key: string; readonly doc: unknown } | undefined, n: number): void {
  if (spilled !== undefined) shelf.open(spilled.key, n).doc = spilled.doc
}

/** Which views an event of each type touches: asking all of them for each event would cost more than folding it. */
function interestsIn(views: Views, documents: Documents): (type: string) => readonly Interest[] {
  const known = new Map<string, readonly Interest[]>()
  return (type) => {
    const before = known.get(type)
    if (before !== undefined) return before
    const interests = Object.entries(views).flatMap(([name, view]) => {
      const keys = keysFor(view, type)
      return keys === undefined ? [] : [{ shelf: documents.shelf(name), view, keys }]
    })
    known.set(type, interests)
    return interests
  }
}
