/** How far something long has come that goes through several phases. */
import type { Judged } from '../log/judging.ts'
import type { Progress } from '../log/progress.ts'

/** How far a rebuild or a comparison is. */
export interface PhaseProgress extends Progress {
  readonly phase: 'fold' | 'compare' | 'check'
}

export type OnProgress = (progress: PhaseProgress) => void

const LINES = 1024

/** Tells of a fold as it goes, in bytes of the log. */
export function noted(
  phase: PhaseProgress['phase'],
  total: number,
  onProgress: OnProgress | undefined,
): (judged: Judged) => void {
  let lines = 0
  return ({ entry }) => {
    if (++lines % LINES === 0) onProgress?.({ phase, done: Math.min(entry.next, total), total })
  }
}
