/**
 * What this replica knows to be on the disk, and the receipts that wait for it.
 *
 * One sync at a time, never awaited by whoever writes. It covers everything that was folded when it began, whoever wrote
 * it: in one log every earlier byte is durable with a later one.
 */
import type { Fold } from './fold.ts'
import type { Head } from './judging.ts'
import { LAG } from './accept.ts'
import type { Log } from './log.ts'

/** `disk` answers after the sync. `os` answers after the write: it survives `kill -9`, not a power cut. */
export type Durability = 'disk' | 'os'

/** Under `os` a sync runs this long behind an answer, at the latest. */
const SYNC_BEHIND_MS = 1_000

export interface DurableHorizon {
  /** Everything up to here survives; undefined until the first sync. */
  readonly head: Head | undefined
  readonly syncing: boolean
  /** Calls `release` once commit `n` is as durable as was promised. */
  hold: (n: number, release: () => void) => void
  startSync: () => void
  /** Told while a sync is in flight: the fold has come to here. The sync may cover it, if it was written before it began. */
  note: (reached: Head) => void
  /** Resolves when all that is folded now is durable. */
  settle: () => Promise<void>
  /** Nobody is released any more. */
  fail: (error: Error) => void
  close: () => Promise<void>
}

export interface DurableHorizonOptions {
  readonly durability: Durability
  /** A sync has ended, and receipts were released. */
  readonly onSynced: () => void
  readonly onFailure: (error: unknown) => void
}

export function createDurableHorizon(log: Log, fold: Fold, options: DurableHorizonOptions): DurableHorizon {
  let head: Head | undefined
  let held: { readonly n: number; readonly release: () => void }[] = []
  let syncing: Promise<void> | undefined
  /** Where the fold stood as the sync began, and where it has come to since. */
  let reached: Head[] = []
  let behind: NodeJS.Timeout | undefined
  let failure: Error | undefined

  const isDurable = (n: number): boolean => head !== undefined && n <= head.mark[0]

  function hold(n: number, release: () => void): void {
    if (options.durability === 'os') {
      release()
      if (!isDurable(n)) syncBehind(n)
    } else if (isDurable(n)) {
      release()
    } else {
      held.push({ n, release })
      startSync()
    }
  }

  function syncBehind(n: number): void {
    if (head === undefined || n - head.mark[0] >= LAG) startSync()
    else behind ??= setTimeout(startSync, SYNC_BEHIND_MS).unref()
  }

  function startSync(): void {
    if (syncing !== undefined || failure !== undefined) return
    clearTimeout(behind)
    behind = undefined
    reached = [fold.head]
    syncing = log.sync().then(
      (horizon) => {
        syncing = undefined
        if (failure !== undefined) return
        head = reached.findLast(({ cursor }) => cursor <= horizon) ?? head
        release()
        options.onSynced()
        if (held.length > 0) startSync()
      },
      (error: unknown) => {
        syncing = undefined
        options.onFailure(error)
      },
    )
  }

  function release(): void {
    const due = held.filter(({ n }) => isDurable(n))
    if (due.length === 0) return
    held = held.filter(({ n }) => !isDurable(n))
    for (const each of due) each.release()
  }

  async function settle(): Promise<void> {
    const n = fold.n
    while (failure === undefined && !isDurable(n)) {
      startSync()
      await syncing
    }
    if (failure !== undefined) throw failure
  }

  return {
    get head() {
      return head
    },
    get syncing() {
      return syncing !== undefined
    },
    hold,
    startSync,
    note(at) {
      if (syncing !== undefined) reached.push(at)
    },
    settle,
    fail(error) {
      failure = error
      held = []
      clearTimeout(behind)
    },
    async close() {
      clearTimeout(behind)
      behind = undefined
      while (syncing !== undefined) await syncing
    },
  }
}
