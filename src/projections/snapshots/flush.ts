/**
 * Writes what changed since the last snapshot as a new table, and names all tables in a new manifest. A flush that fails
 * is only a flush that did not happen: the log has everything.
 */
import type { Clock } from '../../ids.ts'
import { chainAt, savedChain } from '../../log/accept.ts'
import type { Fold } from '../../log/fold.ts'
import type { Saved, Start } from '../../log/judging.ts'
import type { Cursor, Log } from '../../log/log.ts'
import type { Documents, Epochs } from '../documents.ts'
import { isTableDamaged } from './damaged.ts'
import type { Manifest } from './manifest.ts'
import { unlike } from './recognise.ts'
import { LATER, type Generation, type Snapshots } from './store.ts'
import { createTableKeeper } from './table-keeper.ts'
import type { Table } from './table.ts'

export interface FlushParts {
  readonly log: Log
  readonly fold: () => Fold
  readonly documents: Documents
  readonly snapshots: Snapshots
  readonly clock: Clock
  /** What the fold began with. */
  readonly start: Generation | undefined
  /** Whether others may go on from it. What is folded for one question is nobody else's. */
  readonly publishes: boolean
  readonly folds: Manifest['folds']
  /** Up to where whoever writes here knows the log to be durable; undefined where nobody has written. */
  readonly durable?: (() => Cursor | undefined) | undefined
}

export interface Flusher {
  /** The end of the log was reached. */
  caughtUp: () => void
  /** Amid a long fold, which waits for it: resolves once memory is free again. Undefined where it is. */
  relief: () => Promise<void> | undefined
  /** Now, whatever there is; resolves with whether the newest snapshot says it all. */
  flush: () => Promise<boolean>
  /** The same, whatever others have written meanwhile: what is here replaces it. */
  insist: () => Promise<boolean>
  /** Resolves once no flush is under way. */
  idle: () => Promise<void>
  readonly isIdle: boolean
  /** All is folded anew, from the beginning: the tables are not to be trusted. */
  reset: () => void
  close: () => Promise<void>
}

const MIB = 1024 * 1024
/** So much new log is worth a flush; when the hub closes less is, and still less where nobody wrote and waited for it. */
const WORTH_BYTES = MIB
const WORTH_AT_CLOSE_BYTES = MIB / 64
const WORTH_TO_READERS_BYTES = MIB / 256
/** So much new log is the most that is kept in memory. */
const RELIEF_BYTES = 6 * MIB
/** Two flushes are no closer together, unless that much has come. */
const PAUSE_MS = 1_000
/** Of those who close one in so many sweeps: it reads all manifests for that. */
const SWEEP_EVERY = 4

/** How far the tables go. */
interface Base {
  readonly number: number
  readonly n: number
  readonly cursor: Cursor
}

interface How {
  /** What others have written is not asked for. */
  readonly insist?: boolean
  /** The fold waits: nothing changes meanwhile. */
  readonly paused?: boolean
  /** Somebody waits for it to close: much is merged by others, and whoever closes next sweeps as well as this one. */
  readonly isLast?: boolean
}

export function createFlusher(parts: FlushParts): Flusher {
  const { log, documents, snapshots, clock, publishes } = parts
  let base = baseOf(parts.start?.number ?? 0, parts.start?.manifest.saved)
  /** Manifests up to here are not to be trusted. */
  let distrusted = 0
  /** Counts how often all was folded anew. */
  let life = 0
  let running: Promise<boolean> | undefined
  let lastAt = 0
  const { write, named, drop } = createTableKeeper(documents, snapshots)
  let isClosed = false

  const behind = (): number => (parts.fold().damage === undefined ? parts.fold().cursor - base.cursor : 0)

  function flush(how: How = {}): Promise<boolean> {
    running ??= flushNow(how)
      .catch((error: unknown) => {
        snapshots.report({ file: snapshots.dir, why: `a flush failed: ${String(error)}` })
        // Of tables that cannot be read nothing can be merged, ever: they are given up, as a lookup would have done.
        if (isTableDamaged(error) && !isClosed) refold()
        return false
      })
      .finally(() => {
        running = undefined
        lastAt = clock()
      })
    return running
  }

  async function flushNow(how: How): Promise<boolean> {
    const begun = life
    const isLive = (): boolean => begun === life
    if (parts.fold().damage !== undefined) return false
    // Where a view is not there yet, nobody else can go on from here.
    const isWhole = documents.pending.size === 0
    const mayPublish = publishes && isWhole && (how.insist === true ? await overrule(isLive) : await adopt(isLive))
    const saved = parts.fold().save()
    if (saved === undefined || !isLive()) return false
    if (saved.window.n <= base.n && how.insist !== true) return mayPublish
    // In one turn with its place: from here on the fold goes on.
    const { epochs } = documents
    const written = how.paused === true ? documents.unwritten() : [...documents.unwritten()]
    // A snapshot never tells of more than what is known to be durable. The disk works while the table is made.
    const synced = mayPublish && (parts.durable?.() ?? 0) < saved.cursor ? log.sync() : undefined
    synced?.catch(() => undefined)
    const tables = await write(written, how.isLast === true)
    const number = Math.max(base.number, distrusted) + 1
    const infos = tables.map(({ info }) => info)
    let published: boolean
    try {
      await synced
      published =
        isLive() && mayPublish && snapshots.publish(number, { folds: parts.folds, saved, epochs, tables: infos })
    } catch (error) {
      drop(tables, documents.tables)
      throw error
    }
    const isTaken = isLive() && (published || !publishes || !isWhole || how.paused === true)
    if (published) named(tables)
    if (isTaken) take(baseOf(published ? number : base.number, saved), tables)
    else drop(tables, documents.tables)
    if (published && (how.isLast !== true || number % SWEEP_EVERY === 0)) snapshots.sweep(clock())
    return published
  }

  /** Whatever others have written is replaced, unless they have rebuilt a view meanwhile that is the old one here. */
  async function overrule(isLive: () => boolean): Promise<boolean> {
    const highest = snapshots.newestNumber()
    const known = Math.max(base.number, distrusted)
    const found = await snapshots.newest(({ saved }) => notOurs(saved), known, documents.tables)
    const hasMore = found !== undefined && isRebuilt(documents.epochs, found.manifest.epochs)
    if (hasMore && isLive()) goOnFrom(found)
    else drop(found?.tables ?? [], documents.tables)
    distrusted = Math.max(distrusted, highest)
    return !hasMore
  }

  /**
   * Others may have written one meanwhile: what it says need not be written again, nor kept in memory. Returns whether
   * the next number is ours to take.
   */
  async function adopt(isLive: () => boolean): Promise<boolean> {
    let isBehind = false
    const highest = snapshots.newestNumber()
    const known = Math.max(base.number, distrusted)
    const found = await snapshots.newest(
      async ({ saved }) => {
        const why = await notOurs(saved)
        if (why !== undefined || saved.window.n <= parts.fold().n) return why
        isBehind = true
        return LATER
      },
      known,
      documents.tables,
    )
    if (found !== undefined) {
      const { number, manifest, tables } = found
      const next = baseOf(number, manifest.saved)
      if (isLive() && isOtherwise(manifest.epochs)) goOnFrom(found)
      else if (isLive() && next.n > base.n) take(next, tables)
      else drop(tables, documents.tables)
    }
    // Above what was found may lie what is of no use to anybody.
    distrusted = Math.max(distrusted, highest)
    return !isBehind
  }

  const isOtherwise = (epochs: Epochs): boolean =>
    [...new Set([...Object.keys(epochs), ...Object.keys(documents.epochs)])].some(
      (view) => (epochs[view] ?? 0) !== (documents.epochs[view] ?? 0),
    )

  /** A view was rebuilt: what was folded here on top of the old one is not what it would be on top of the new one. */
  function goOnFrom({ number, manifest, tables }: Generation): void {
    life++
    const begin = (): Start => {
      if (isClosed) {
        drop(tables, [])
        return {}
      }
      const before = documents.tables
      documents.reset(tables, manifest.epochs)
      base = baseOf(number, manifest.saved)
      drop(before, tables)
      return { saved: manifest.saved }
    }
    refold(begin)
  }

  /** Nobody waits for it: what it fails of is met again by whoever folds next. */
  function refold(begin?: () => Start): void {
    void parts
      .fold()
      .restart(begin)
      .catch(() => undefined)
  }

  async function notOurs(theirs: Saved): Promise<string | undefined> {
    const { window } = parts.fold()
    const chain = window === undefined ? undefined : chainAt(window, theirs.window.n)
    if (chain !== undefined) return chain === savedChain(theirs.window) ? undefined : 'it is of another history'
    return (await unlike(log, theirs))?.why
  }

  function take(next: Base, tables: readonly Table[]): void {
    const before = documents.tables
    documents.rebase(tables, next.n)
    base = next
    drop(before, tables)
  }

  // ---- when

  return {
    caughtUp() {
      const bytes = behind()
      if (bytes < WORTH_BYTES || running !== undefined || isClosed) return
      if (bytes >= RELIEF_BYTES || clock() - lastAt >= PAUSE_MS) void flush()
    },
    relief() {
      if (behind() < RELIEF_BYTES || isClosed) return undefined
      return (running ?? Promise.resolve()).then(async () => {
        if (behind() >= RELIEF_BYTES) await flush({ paused: true })
      })
    },
    async flush() {
      await running
      return flush()
    },
    async insist() {
      await running
      return flush({ insist: true })
    },
    async idle() {
      while (running !== undefined) await running
    },
    get isIdle() {
      return running === undefined
    },
    reset() {
      life++
      distrusted = Math.max(distrusted, snapshots.newestNumber())
      const before = documents.tables
      // As often rebuilt as before: what takes the place of others later must not be mistaken for what they were.
      documents.reset([], documents.epochs)
      base = baseOf(0, undefined)
      drop(before, [])
    },
    async close() {
      await running
      const worth = parts.durable?.() === undefined ? WORTH_TO_READERS_BYTES : WORTH_AT_CLOSE_BYTES
      if (publishes && documents.pending.size === 0 && behind() >= worth) await flush({ isLast: true })
      isClosed = true
      const before = documents.tables
      documents.reset([], {})
      drop(before, [])
    },
  }
}

const isRebuilt = (before: Epochs, now: Epochs): boolean =>
  Object.entries(now).some(([view, epoch]) => epoch > (before[view] ?? 0))

const baseOf = (number: number, saved: Saved | undefined): Base => ({
  number,
  n: saved?.window.n ?? 0,
  cursor: saved?.cursor ?? 0,
})
