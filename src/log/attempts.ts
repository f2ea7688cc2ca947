/** Lines of ours on their way into the log, and what the fold made of each. */
import type { Expected, Fold } from './fold.ts'
import type { Judged } from './judging.ts'
import type { Cursor } from './log.ts'

/** Accepted, as commit `n`; or judged, and void. */
export type Fate = { readonly n: number; readonly receipt: unknown } | { readonly lost: Judged }

export interface Attempts {
  /** Its line is about to be written. `receipt` is asked for in the turn in which it is folded, if it is accepted. */
  begin: (attempt: Expected, receipt: (accepted: Judged) => unknown) => void
  /** To be called with every line that the fold judges. Returns whether it is one of ours, and accepted. */
  observe: (judged: Judged) => boolean
  /** Expects it no longer, and says what became of it: undefined where the fold has not met it. */
  end: (id: string) => Fate | undefined
  /** Whether the fold has met a line that failed its checksum, there or behind it. */
  isTornFrom: (from: Cursor) => boolean
}

interface Attempt {
  readonly expected: Expected
  readonly receipt: (accepted: Judged) => unknown
  fate?: Fate
}

export function createAttempts(fold: Pick<Fold, 'expect' | 'forget'>): Attempts {
  const attempts = new Map<string, Attempt>()
  let tornAt: Cursor = -1

  return {
    begin(expected, receipt) {
      attempts.set(expected.commit.id, { expected, receipt })
      fold.expect(expected)
    },
    observe(judged) {
      if (judged.void === 'torn') tornAt = judged.entry.ref
      const { commit } = judged
      const attempt = commit === undefined || attempts.size === 0 ? undefined : attempts.get(commit.id)
      if (attempt === undefined) return false
      if (judged.void === undefined) {
        attempt.fate = { n: judged.n, receipt: attempt.receipt(judged) }
        return true
      }
      // A line of another attempt under this id may be there as well: it says nothing about this one.
      if (attempt.fate === undefined && commit?.crc === attempt.expected.commit.crc) attempt.fate = { lost: judged }
      return false
    },
    end(id) {
      const attempt = attempts.get(id)
      if (attempt === undefined) return undefined
      attempts.delete(id)
      fold.forget(attempt.expected)
      return attempt.fate
    },
    isTornFrom: (from) => tornAt >= from,
  }
}
