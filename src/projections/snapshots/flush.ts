/**
 * Writes what changed since the last snapshot as a new table, and names all tables in a new manifest; or, where little
 * changed and somebody waits, into the margin of the manifest. A flush that fails is only a flush that did not happen:
 * the log has everything.
 */
import type { Clock } from '../../ids.ts'
import { chainAt, savedChain } from '../../log/accept.ts'
import type { Fold } from '../../log/fold.ts'
import type { Saved, Start } from '../../log/judging.ts'
import type { Cursor, Log } from '../../log/log.ts'
import type { Documents, Epochs, Written } from '../documents.ts'
import { bootId } from './boot.ts'
import { isTableDamaged } from './damaged.ts'
import type { Manifest } from './manifest.ts'
import { marginOf, NO_MARGIN } from './margin.ts'
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
/** So much new log is worth a flush; when the hub closes less is, and still less where it waits for no disk. */
const WORTH_BYTES = MIB
const WORTH_AT_CLOSE_BYTES = MIB / 64
const WORTH_A_MARGIN_BYTES = MIB / 256
/** So much log may have to be folded again when the machine starts again. */
const UNSYNCED_BYTES = MIB / 4
/** So much new log is the most that is kept in memory. */
const RELIEF_BYTES = 6 * MIB
/** Two flushes are no closer together, unless that much has come. */
const PAUSE_MS = 1_000
/** Of those who write a table as they close one in so many sweeps: it reads all manifests for that. */
const SWEEP_EVERY = 2
/** Of those without a table so many stay, for whoever is about to open them. */
const KEPT = 8

/** How far the tables go. */
interface Base {
  readonly number: number
  readonly n: number
  readonly cursor: Cursor
  readonly synced: Manifest['synced']
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
  let base = parts.start === undefined ? NOTHING : baseOf(parts.start.number, parts.start.manifest)
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
    const light = how.isLast === true && mayPublish ? inMargin(written, saved.cursor) : undefined
    // What is to outlive the machine tells of nothing that may not. The disk works while the table is made.
    const isUnsynced = light === undefined && mayPublish && (parts.durable?.() ?? 0) < saved.cursor
    const synced = isUnsynced ? log.sync() : undefined
    synced?.catch(() => undefined)
    const tables = light === undefined ? await write(written, how.isLast === true) : documents.tables
    const number = Math.max(base.number, distrusted) + 1
    const manifest: Manifest = {
      folds: parts.folds,
      saved,
      epochs,
      tables: tables.map(({ info }) => info),
      ...(light ?? { margin: NO_MARGIN, synced: { number, cursor: saved.cursor } }),
    }
    let published: boolean
    try {
      await synced
      published = isLive() && mayPublish && snapshots.publish(number, manifest)
    } catch (error) {
      drop(tables, documents.tables)
      throw error
    }
    const isTaken = isLive() && (published || !publishes || !isWhole || how.paused === true)
    if (published) named(tables)
    if (isTaken) take(published ? baseOf(number, manifest) : unpublished(manifest), tables, manifest.margin)
    else drop(tables, documents.tables)
    if (published && light !== undefined) dropOld(number)
    else if (published && (how.isLast !== true || number % SWEEP_EVERY === 0)) snapshots.sweep(clock())
    return published
  }

  /** Kept here alone. */
  const unpublished = (manifest: Manifest): Base => ({ ...baseOf(base.number, manifest), synced: base.synced })

  /** Without a table, and without the disk; undefined where it is too much for that, or the last one was too long ago. */
  function inMargin(
    written: Iterable<Written>,
    cursor: Cursor,
  ): Pick<Manifest, 'margin' | 'boot' | 'synced'> | undefined {
    const [boot, { synced }] = [bootId(), base]
    const isSoon = cursor - synced.cursor < UNSYNCED_BYTES
    // Tables that were deleted are open here, and nowhere else.
    if (boot === undefined || !isSoon || !documents.tables.every(({ info }) => snapshots.isThere(info.file)))
      return undefined
    const margin = marginOf(written)
    return margin && { margin, boot, synced }
  }

  /** Above the newest one that was synced none has a table of its own. */
  function dropOld(number: number): void {
    const old = number - KEPT
    if (old > base.synced.number) snapshots.drop(old)
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
      const next = baseOf(number, manifest)
      if (isLive() && isOtherwise(manifest.epochs)) goOnFrom(found)
      else if (isLive() && next.n > base.n) take(next, tables, manifest.margin)
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
      documents.reset(tables, manifest.margin, manifest.epochs)
      base = baseOf(number, manifest)
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

  function take(next: Base, tables: readonly Table[], margin: Buffer): void {
    const before = documents.tables
    documents.rebase(tables, margin, next.n)
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
      documents.reset([], NO_MARGIN, documents.epochs)
      base = NOTHING
      drop(before, [])
    },
    async close() {
      await running
      const worth = bootId() === undefined ? WORTH_AT_CLOSE_BYTES : WORTH_A_MARGIN_BYTES
      if (publishes && documents.pending.size === 0 && behind() >= worth) await flush({ isLast: true })
      isClosed = true
      const before = documents.tables
      documents.reset([], NO_MARGIN, {})
      drop(before, [])
    },
  }
}

const isRebuilt = (before: Epochs, now: Epochs): boolean =>
  Object.entries(now).some(([view, epoch]) => epoch > (before[view] ?? 0))

const NOTHING: Base = { number: 0, n: 0, cursor: 0, synced: { number: 0, cursor: 0 } }

const baseOf = (number: number, { saved, synced }: Manifest): Base => ({
  number,
  n: saved.window.n,
  cursor: saved.cursor,
  synced,
})
