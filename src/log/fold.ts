/**
 * Follows a log: reads on, judges each line once, and hands it over. The one loop through which a replica comes to its
 * state: views are folded by `observe`, and the proposer learns there what became of its proposals.
 */
import { BatonError } from '../errors.ts'
import type { Window } from './accept.ts'
import { claimedCrc, type Genesis } from './commit.ts'
import { createJudging, type Head, type Judged, type Known } from './judging.ts'
import type { Cursor, Log, Page } from './log.ts'

export interface FoldOptions {
  /** Called for every line in order, in the same turn as its verdict. It must not throw. */
  observe: (judged: Judged) => void
  /** The fold starts afresh: forget everything observed. */
  reset: () => void
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
  /** Folds up to the end as it is when the call begins, or later. */
  catchUp(signal?: AbortSignal): Promise<void>
  expect(own: Expected): void
  forget(own: Expected): void
}

export function createFold(log: Log, { observe, reset }: FoldOptions): Fold {
  let judging = createJudging(log.name, observe)
  let damage: BatonError | undefined
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
        const reading = log.read(judging.cursor)
        // The news since the last look usually lies in memory: awaiting it would cost more than folding it.
        if (take(reading instanceof Promise ? await reading : reading, Infinity)) return
      }
    } catch (error) {
      const from = error instanceof BatonError && error.code === 'LOG_DAMAGED' ? error.details['offset'] : undefined
      if (typeof from !== 'number') throw error
      // Fold again, up to the first doubtful line: nothing behind it is served.
      damage = error as BatonError
      reset()
      judging = createJudging(log.name, observe)
      while (!take(await log.read(judging.cursor), from));
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
    catchUp,
    expect: (own) => void expected.set(own.commit.crc, own),
    forget: (own) => void expected.delete(own.commit.crc),
  }
}
