/**
 * Follows a log: reads on, judges each line once, and hands it over. The one loop through which a replica comes to its
 * state: views are folded by `observe`, and the proposer learns there what became of its proposals.
 */
import { BatonError } from '../errors.ts'
import type { Window } from './accept.ts'
import { claimedCrc, type Genesis } from './commit.ts'
import { createJudging, type Head, type Judged, type Known, type Saved, type Start } from './judging.ts'
import type { Cursor, Log, Page } from './log.ts'

export interface FoldOptions {
  /** Called for every line in order, in the same turn as its verdict. It must not throw. */
  observe: (judged: Judged) => void
  /** The fold begins at the beginning: forget everything observed. */
  reset: () => void
  /** Where to begin; what was observed up to there is at hand. */
  start?: Start
  /** Between two pages: whoever has to wait for something lets the fold wait. */
  between?: () => Promise<void> | undefined
  /** Asked now and then amid a long fold: what to wait for, so that others are served meanwhile. */
  pace?: () => Promise<void> | undefined
  /** Whether `observe` failed of something that starting afresh cures. */
  isCurable?: (error: unknown) => boolean
  /** The end was reached. */
  caughtUp?: () => void
}

/** A line of our own that is expected back. */
export interface Expected extends Known {
  readonly line: Buffer
}

export interface Fold {
  readonly head: Head
  /** The number of the newest accepted commit, and the cursor behind it: parts of the head, for whoever asks often. */
  readonly n: number
  readonly cursor: Cursor
  readonly genesis: Genesis | undefined
  readonly window: Window | undefined
  /** Set once the log contradicts itself: the fold then stands at the last place that nothing contradicts. */
  readonly damage: BatonError | undefined
  /** All is being folded again: what is observed so far is not what was observed before. */
  readonly isRefolding: boolean
  /** Folds up to the end as it is when the call begins, or later. */
  catchUp(signal?: AbortSignal): Promise<void>
  /** Folds again: everything, or from where `begin` says, after whatever was observed has been forgotten there. */
  restart(begin?: () => Start): Promise<void>
  /** Where it stands, to go on from; undefined without a genesis record. */
  save(): Saved | undefined
  expect(own: Expected): void
  forget(own: Expected): void
}

/** So many lines are folded in one go at least. */
const SLICE = 64

export function createFold(log: Log, options: FoldOptions): Fold {
  const { observe, reset, start, between, pace, isCurable, caughtUp } = options
  let judging = createJudging(log.name, observe, start)
  /** All is to be folded again, and where from. */
  let stale: (() => Start) | undefined
  let damage: BatonError | undefined
  let isRefolding = false
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined
  const expected = new Map<number, Expected>()

  function catchUp(signal?: AbortSignal): Promise<void> {
    if (running === undefined) {
      running = run(signal).finally(() => (running = undefined))
      return running
    }
    // The run under way may have passed the end already: whoever comes meanwhile shares the next one.
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined
        return catchUp()
      })
    return queued
  }

  async function run(signal: AbortSignal | undefined): Promise<void> {
    if (damage !== undefined) return
    try {
      for (;;) {
        signal?.throwIfAborted()
        if (stale !== undefined) startAfresh(stale)
        const reading = log.read(judging.cursor)
        // The news since the last look usually lies in memory: awaiting it would cost more than folding it.
        const page = reading instanceof Promise ? await reading : reading
        const isEnd = pace === undefined ? tryTake(page) : await takeGently(page, pace, signal)
        if (isEnd) {
          isRefolding = false
          return caughtUp?.()
        }
        const pause = between?.()
        if (pause !== undefined) await pause
      }
    } catch (error) {
      const from = error instanceof BatonError && error.code === 'LOG_DAMAGED' ? error.details['offset'] : undefined
      if (typeof from !== 'number') throw error
      // Fold again, up to the first doubtful line: nothing behind it is served.
      damage = error as BatonError
      startAfresh(fromTheBeginning)
      while (!take(await log.read(judging.cursor), from));
      isRefolding = false
    }
  }

  function fromTheBeginning(): Start {
    reset()
    return start?.attested === undefined ? {} : { attested: start.attested }
  }

  function startAfresh(begin: () => Start): void {
    stale = undefined
    isRefolding = true
    judging = createJudging(log.name, observe, begin())
  }

  async function takeGently(page: Page, wait: () => Promise<void> | undefined, signal?: AbortSignal): Promise<boolean> {
    for (let i = 0; i + SLICE < page.entries.length && stale === undefined; i += SLICE) {
      const entries = page.entries.slice(i, i + SLICE)
      tryTake({ entries, next: entries.at(-1)?.next ?? page.next, atEnd: false })
      signal?.throwIfAborted()
      await wait()
    }
    return tryTake({ ...page, entries: page.entries.filter(({ ref }) => ref >= judging.cursor) })
  }

  /** Whether the end was reached. */
  function tryTake(page: Page): boolean {
    if (stale !== undefined) return false
    try {
      return take(page, Infinity)
    } catch (error) {
      if (isCurable?.(error) !== true) throw error
      stale = fromTheBeginning
      return false
    }
  }

  /** Whether the end, or the limit, was reached. */
  function take(page: Page, limit: Cursor): boolean {
    for (const entry of page.entries) {
      if (entry.ref >= limit) return true
      judging.step(entry, expected.size === 0 ? undefined : recognise(entry.line))
    }
    judging.skipTo(page.next)
    return page.atEnd
  }

  /** Our own line, byte for byte: it was checked and decoded when it was written. */
  function recognise(line: Buffer): Expected | undefined {
    const crc = claimedCrc(line)
    const own = crc === undefined ? undefined : expected.get(crc)
    return own !== undefined && own.line.equals(line) ? own : undefined
  }

  return {
    get head() {
      return judging.head
    },
    get n() {
      return judging.window?.n ?? 0
    },
    get cursor() {
      return judging.cursor
    },
    get genesis() {
      return judging.genesis
    },
    get window() {
      return judging.window
    },
    get damage() {
      return damage
    },
    get isRefolding() {
      return isRefolding || stale !== undefined
    },
    catchUp,
    restart(begin = fromTheBeginning) {
      stale = begin
      return catchUp()
    },
    save: () => judging.save(),
    expect: (own) => void expected.set(own.commit.crc, own),
    forget: (own) => void expected.delete(own.commit.crc),
  }
}
