/** What the golden log is made of. The files beside it were written once from this, and are compared ever since. */
import { encodeCommit, encodeGenesis, type Draft, type Mark, type Stamp } from '../../src/log/commit.ts'
import { createFold, type Fold } from '../../src/log/fold.ts'
import type { Judged } from '../../src/log/judging.ts'
import type { Log } from '../../src/log/log.ts'

/** What became of a line, as log.json lists it. */
export interface LineVerdict {
  readonly offset: number
  readonly verdict: string
  readonly id?: string
  /** What is wrong with an invalid line. */
  readonly why?: string
  /** The stream and the commit that a conflict was lost to. */
  readonly stream?: string
  readonly lostTo?: number
  /** Accepted commits, the newest position, and the chain: each after this line. */
  readonly n: number
  readonly position: number
  readonly chain: string
}

/** A commit as it was handed to the encoder, and where its line stands. */
export interface RecordedDraft {
  readonly offset: number
  readonly draft: Draft
  readonly stamp: Stamp
}

export interface Ending {
  readonly name: string
  /** What is done to the golden log: a byte replaced, and a text put behind it. */
  readonly replace?: { readonly offset: number; readonly byte: number }
  readonly append?: string
  /** What a reader says then. */
  readonly outcome: {
    readonly code: string
    readonly offset?: number
    readonly suspects?: readonly number[]
    readonly n: number
    readonly position: number
    readonly chain: string
  }
}

export async function foldLines(log: Log): Promise<{ fold: Fold; lines: LineVerdict[]; error: unknown }> {
  const lines: LineVerdict[] = []
  const fold = createFold(log, {
    observe: (judged) => lines.push(verdictOf(judged, fold)),
    reset: () => (lines.length = 0),
  })
  const error = await fold.catchUp().catch((error: unknown) => error)
  return { fold, lines, error }
}

function verdictOf({ entry, commit, genesis, void: reason, verdict, why }: Judged, fold: Fold): LineVerdict {
  const { mark, position } = fold.head
  const accepted = genesis === undefined ? 'accepted' : 'genesis'
  return {
    offset: entry.ref,
    verdict: reason ?? accepted,
    ...(commit && { id: commit.id }),
    ...(why !== undefined && { why }),
    ...(verdict?.kind === 'conflict' && { stream: verdict.stream, lostTo: verdict.n }),
    ...(verdict?.kind === 'duplicate' && { lostTo: verdict.n }),
    n: mark[0],
    position,
    chain: mark[1],
  }
}

const AT = '2026-01-02T03:04:05.678Z'

/** A log longer than the window, by formula: 1,100 commits, and then some at the window's edge. */
export const WINDOW_COMMITS = 1_100
export function windowLines(marks: (k: number) => Mark): { lines: Buffer[]; next(): boolean } {
  const lines = [encodeGenesis({ hub: 'window', at: AT })]
  const commit = (id: string, seen: number, safe: number, streams: readonly string[]): Buffer =>
    encodeCommit(
      {
        by: { kind: 'system' },
        cmd: 'Fill',
        on: Object.fromEntries(streams.map((s) => [s, 0])),
        events: streams.map((s) => ({ s, t: 'Filled', v: 1, d: null })),
      },
      { id, at: AT, seen: marks(seen), safe: marks(safe) },
    ).line
  const last = WINDOW_COMMITS
  const steps: (() => Buffer)[] = [
    ...Array.from({ length: last }, (_, i) => () => commit(`c${i + 1}`, i, Math.max(0, i - 10), [`s-${i + 1}`])),
    // Seen as far back as the window reaches, then one further back.
    () => commit('edge', last - 1_024, last - 1_024, ['s-edge']),
    () => commit('stale', last - 1_024, last - 1_024, ['s-stale']),
    () => commit('conflict', last + 1 - 1_024, 0, [`s-${last + 2 - 1_024}`]),
    () => commit('forgotten', last + 1 - 1_024, 0, [`s-${last + 1 - 1_024}`]),
    () => commit('c80', last + 2 - 1_024, 0, ['s-x']),
    () => commit('c70', last + 2 - 1_024, 0, ['s-x']),
  ]
  let made = 0
  return {
    lines,
    next() {
      const step = steps[made++]
      if (step !== undefined) lines.push(step())
      return step !== undefined
    },
  }
}
