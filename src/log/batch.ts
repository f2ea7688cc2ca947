/** Which decisions can share a write, and what becomes of them when it is made: lines, as far as they still hold. */
import { BatonError } from '../errors.ts'
import { timestamp, type Clock } from '../ids.ts'
import { chainAt, judge, type Window } from './accept.ts'
import { encodeCommit, type Draft, type Mark } from './commit.ts'
import { assertFits, unwritable } from './failures.ts'
import type { Expected } from './fold.ts'

/** Asked for each decision of a batch, in the order in which they came: whether it can be written with those before. */
export type FitsBatch = (draft: Pick<Draft, 'on' | 'events'>) => boolean

/** What does not fit is decided again behind the batch; what comes later must not write before it what it relies on. */
export function createBatch(): FitsBatch {
  const raised = new Set<string>()
  const awaited = new Set<string>()
  return ({ on, events }) => {
    const relied = Object.keys(on)
    const fits = !relied.some((s) => raised.has(s)) && !events.some(({ s }) => awaited.has(s))
    if (fits) for (const { s } of events) raised.add(s)
    else for (const s of relied) awaited.add(s)
    return fits
  }
}

/** Would the rule accept it, had it been written as soon as it was decided? Then it may claim to have seen more. */
function stillHolds(window: Window, id: string, draft: Draft, seenAt: number): boolean {
  if (seenAt === window.n) return true
  const chain = chainAt(window, seenAt)
  if (chain === undefined) return false
  const mark: Mark = [seenAt, chain]
  return judge(window, { ...draft, id, seen: mark, safe: mark, crc: 0 }).kind === 'accepted'
}

/** A decision that is ready to be written. */
export interface Ready<Pending> {
  readonly pending: Pending
  readonly draft: Draft
  /** How many commits were folded when its decision began to read. */
  readonly seenAt: number
}

/** Where the log stands as they are written, and what its writer knows to be durable there. */
export interface Place {
  readonly window: Window
  readonly seen: Mark
  readonly safe: Mark
}

export interface StampOptions {
  readonly clock: Clock
  readonly maxCommitBytes: number
  readonly maxCommitEvents: number
}

export interface Stamped<Pending> {
  readonly encoded: readonly { readonly pending: Pending; readonly attempt: Expected }[]
  /** To be decided again. */
  readonly again: readonly Pending[]
  readonly refused: readonly { readonly pending: Pending; readonly error: BatonError }[]
}

const BATCH_BYTES = 4 * 1024 * 1024

/** Makes lines of what still holds on the newest state. */
export function stamp<Pending extends { readonly id: string }>(
  batch: readonly Ready<Pending>[],
  { window, seen, safe }: Place,
  { clock, maxCommitBytes, maxCommitEvents }: StampOptions,
): Stamped<Pending> {
  const encoded: { pending: Pending; attempt: Expected }[] = []
  const again: Pending[] = []
  const refused: { pending: Pending; error: BatonError }[] = []
  let at: string | undefined
  let bytes = 0
  for (const { pending, draft, seenAt } of batch) {
    if (bytes > BATCH_BYTES || !stillHolds(window, pending.id, draft, seenAt)) {
      again.push(pending)
      continue
    }
    try {
      // Inside: a clock that shows no time is the caller's fault, and no reason to give the log up.
      at ??= timestamp(clock())
      const attempt = encodeCommit(draft, { id: pending.id, at, seen, safe })
      assertFits(attempt, maxCommitBytes, maxCommitEvents)
      bytes += attempt.line.length
      encoded.push({ pending, attempt })
    } catch (error) {
      refused.push({ pending, error: error instanceof BatonError ? error : unwritable(error) })
    }
  }
  return { encoded, again, refused }
}
