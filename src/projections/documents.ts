/**
 * The documents of a replica. Those that changed since the last flush live in memory; the others lie in the margin of the
 * manifest, and in tables, newest first, with a bounded cache before them. Without a snapshot, everything stays in memory.
 */
import { isTableDamaged } from './snapshots/damaged.ts'
import { findIn } from './snapshots/find-in.ts'
import { NO_MARGIN, readMargin, type Noted } from './snapshots/margin.ts'
import type { Table } from './snapshots/table.ts'
import { createCache } from './document-cache.ts'

/** A document that the tables do not have like this. */
interface Changed {
  /** Undefined: it is no more. */
  doc: unknown
  /** The number of the commit that changed it last. */
  n: number
  /** It came from the tables: what was changed again will be looked at again. */
  readonly isOld: boolean
  /** How long it was when it was written. */
  bytes: number
}

/** The documents of one view. */
export interface Shelf {
  readonly view: string
  /** It is folded elsewhere, and not here. */
  readonly isPending: boolean
  get: (key: string) => unknown
  /** As the tables have it, `null` where there is none; undefined where it was parsed already, and `get` costs nothing. */
  text: (key: string) => string | null | undefined
  /** For the fold alone: what it writes into `doc` is the document from now on. */
  open: (key: string, n: number) => Changed
  /** Those that changed since the last flush. */
  readonly changed: ReadonlyMap<string, Readonly<Changed>>
}

export interface Written {
  readonly key: string
  /** `null` stands for a document that is no more. */
  readonly json: string | null
}

/** How often each view was rebuilt: its documents in the tables are those of its newest epoch. */
export type Epochs = Readonly<Record<string, number>>

export interface Documents {
  shelf: (view: string) => Shelf
  /** What has to be written so that the tables say everything. */
  unwritten: () => Generator<Written>
  /** These, newest first, say everything up to commit `n`: what did not change since is forgotten here. */
  rebase: (tables: readonly Table[], margin: Buffer, n: number) => void
  /** Puts documents that were folded beside these in their place. Returns the tables that nothing is left of. */
  replace: (views: readonly string[], by: Documents) => readonly Table[]
  /** Forgets everything, and goes on with these. */
  reset: (tables: readonly Table[], margin: Buffer, epochs: Epochs) => void
  readonly tables: readonly Table[]
  /** Over the tables. */
  readonly margin: Buffer
  readonly epochs: Epochs
  /** Views that are not there yet: they are folded beside. Nobody can look at them before they replace nothing. */
  readonly pending: ReadonlySet<string>
  /** Throws where a view is pending: for whoever looks at all of them. */
  requireWhole: () => void
}

/** A table holds the documents of all views. View names hold neither space nor tilde. */
export const documentKey = (view: string, epoch: number, key: string): string =>
  epoch === 0 ? `${view} ${key}` : `${view}~${epoch} ${key}`

/** Whose document it is, or was. */
export function parseDocumentKey(id: string): { readonly view: string; readonly epoch: number; readonly key: string } {
  const space = id.indexOf(' ')
  const [view = '', epoch = '0'] = id.slice(0, space).split('~')
  return { view, epoch: Number(epoch), key: id.slice(space + 1) }
}

/** Whether a view that was rebuilt since has no use for it any more. */
export function isOutdated(id: string, epochs: Epochs): boolean {
  const { view, epoch } = parseDocumentKey(id)
  return epoch !== (epochs[view] ?? 0)
}

/** Not an error of anybody's: whoever looks waits until the view is there. */
const viewPending = (view: string): Error => Object.assign(new Error(`${view} is being built`), { pendingView: view })
export const isViewPending = (error: unknown): boolean => error instanceof Error && 'pendingView' in error

const CACHE_BYTES = 16 * 1024 * 1024

export function createDocuments(
  onDamage: (error: Error) => void = () => undefined,
  first: Epochs = {},
  missing: readonly string[] = [],
): Documents {
  const shelves = new Map<string, Shelf & { readonly changed: Map<string, Changed> }>()
  const cache = createCache(CACHE_BYTES)
  let tables: readonly Table[] = []
  let margin: Buffer = NO_MARGIN
  /** What stands in it, once anybody has asked. */
  let noted: Noted | undefined
  let epochs = first
  const pending = new Set(missing)

  const idOf = (view: string, key: string): string => documentKey(view, epochs[view] ?? 0, key)

  /** To be looked at: it stays as the tables have it. */
  function fromTables(view: string, key: string): unknown {
    if (hasNothing()) return undefined
    const id = idOf(view, key)
    const cached = cache.get(id)
    if (cached !== undefined) return cached.doc
    const json = lookUp(id)
    if (json === undefined || json === null) return undefined
    const doc: unknown = JSON.parse(json)
    cache.set(id, { doc, bytes: json.length })
    return doc
  }

  /** To be changed in place: it is nobody else's any more. */
  function takeFromTables(view: string, key: string): unknown {
    if (hasNothing()) return undefined
    const id = idOf(view, key)
    const cached = cache.take(id)
    if (cached !== undefined) return cached.doc
    const json = lookUp(id)
    return json === undefined || json === null ? undefined : JSON.parse(json)
  }

  const hasNothing = (): boolean => tables.length === 0 && margin.length === 0

  const inMargin = (): Noted => (noted ??= readMargin(margin))

  function layOver(next: readonly Table[], nextMargin: Buffer): void {
    tables = next
    margin = nextMargin
    noted = undefined
  }

  function lookUp(id: string): string | null | undefined {
    try {
      const json = margin.length === 0 ? undefined : inMargin().get(JSON.stringify(id))
      return json === undefined ? findIn(tables, id) : json
    } catch (error) {
      if (isTableDamaged(error)) onDamage(error)
      throw error
    }
  }

  function shelf(view: string): Shelf & { readonly changed: Map<string, Changed> } {
    const existing = shelves.get(view)
    if (existing !== undefined) return existing
    const changed = new Map<string, Changed>()
    const made = {
      view,
      changed,
      get isPending() {
        return pending.has(view)
      },
      get(key: string) {
        if (pending.size > 0 && pending.has(view)) throw viewPending(view)
        const entry = changed.get(key)
        return entry === undefined ? fromTables(view, key) : entry.doc
      },
      text(key: string) {
        if (pending.has(view)) throw viewPending(view)
        const id = idOf(view, key)
        if (changed.has(key) || cache.get(id) !== undefined) return undefined
        return lookUp(id) ?? null
      },
      open(key: string, n: number) {
        const entry = changed.get(key)
        if (entry !== undefined) {
          entry.n = n
          return entry
        }
        const doc = takeFromTables(view, key)
        const opened: Changed = { doc, n, isOld: doc !== undefined, bytes: 0 }
        changed.set(key, opened)
        return opened
      },
    }
    shelves.set(view, made)
    return made
  }

  function* unwritten(): Generator<Written> {
    const written = new Set<string>()
    for (const [view, { changed }] of shelves) {
      for (const [key, entry] of changed) {
        const json = entry.doc === undefined ? null : JSON.stringify(entry.doc)
        entry.bytes = json?.length ?? 0
        const id = idOf(view, key)
        written.add(id)
        yield { key: id, json }
      }
    }
    for (const [name, json] of inMargin()) {
      const key = JSON.parse(name) as string
      if (!written.has(key) && !isOutdated(key, epochs)) yield { key, json }
    }
  }

  return {
    shelf,
    unwritten,
    rebase(next, nextMargin, n) {
      layOver(next, nextMargin)
      for (const [view, { changed }] of shelves) {
        for (const [key, entry] of changed) {
          if (entry.n > n) continue
          changed.delete(key)
          if (entry.isOld && entry.bytes > 0) cache.set(idOf(view, key), { doc: entry.doc, bytes: entry.bytes })
        }
      }
    },
    replace(views, by) {
      for (const view of views) {
        const { changed } = shelf(view)
        changed.clear()
        pending.delete(view)
        for (const [key, entry] of by.shelf(view).changed) changed.set(key, { ...entry })
      }
      epochs = { ...epochs, ...Object.fromEntries(views.map((view) => [view, by.epochs[view] ?? 0])) }
      cache.clear()
      const replaced = tables
      const isAll = [...shelves.keys()].every((view) => views.includes(view))
      if (isAll) layOver(by.tables, by.margin)
      else layOver([...tables, ...by.tables], Buffer.concat([margin, by.margin]))
      return isAll ? replaced : []
    },
    reset(next, nextMargin, nextEpochs) {
      layOver(next, nextMargin)
      epochs = nextEpochs
      cache.clear()
      for (const { changed } of shelves.values()) changed.clear()
    },
    get tables() {
      return tables
    },
    get margin() {
      return margin
    },
    get epochs() {
      return epochs
    },
    pending,
    requireWhole() {
      for (const view of pending) throw viewPending(view)
    },
  }
}
