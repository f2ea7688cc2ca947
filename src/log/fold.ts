/**
 * Follows a log: reads on, judges each line once, and hands it over. The one loop through which a replica comes to its
 * state: views are folded by `observe`, and the proposer learns there what became of its proposals.
 */
import { BatonError } from '../errors.ts'
import type { Window } from './accept.ts'
import { claimedCrc, type Genesis } from './commit.ts'
import { createJudging, type Head, type Judged, type Known } from './judging.ts'
import type { Cursor, Log } from './log.ts'

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
      await foldTo(Infinity, signal)
    } catch (error) {
      const from = error instanceof BatonError && error.code === 'LOG_DAMAGED' ? error.details['offset'] : undefined
      if (typeof from !== 'number') throw error
      // Fold again, up to the first doubtful line: nothing behind it is served.
      damage = error as BatonError
      reset()
      judging = createJudging(log.name, observe)
      await foldTo(from, undefined)
    }
  }

  async function foldTo(limit: Cursor, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      const reading = log.read(judging.head.cursor)
      const page = reading instanceof Promise ? await reading : reading
      for (const entry of page.entries) {
        if (entry.ref >= limit) return
        judging.step(entry, expected.size === 0 ? undefined : recognise(entry.line))
      }
      judging.skipTo(page.next)
      if (page.atEnd) return
    }
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
