/** What a proposal can fail of, in the words that callers meet. */
import { BatonError } from '../errors.ts'
import { commitAt, type Verdict, type Window } from './accept.ts'
import type { Expected } from './fold.ts'

/** Whether it is in the log: nobody can tell, or certainly not. */
export const withOutcome = (error: BatonError, outcome: 'unknown' | 'none'): BatonError =>
  new BatonError(error.code, error.message, {
    details: { ...error.details, outcome },
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })

export const vanished = (name: string, id: string): BatonError =>
  new BatonError('STORAGE_UNSAFE', `commit ${id} was written to ${name} and left no trace there`, {
    details: { file: name, commit: id },
    hint: 'This storage does not keep appends in order (a network file system?). Move the hub to a local disk.',
  })

export const unwritable = (error: unknown): BatonError =>
  new BatonError('INVALID_COMMAND', `the commit cannot be written: ${String(error)}`, { cause: error })

/** It lost to others until its time was up. */
export function outOfPatience(
  id: string,
  lostTo: (Verdict & { kind: 'conflict' }) | undefined,
  window: Window | undefined,
): BatonError {
  const winner = lostTo && window && commitAt(window, lostTo.n)
  const by = winner === undefined ? 'another commit' : `${winner.by.id ?? winner.by.kind} in commit ${winner.id}`
  const what = lostTo === undefined ? 'no round was left for it' : `${lostTo.stream} was changed by ${by}`
  return new BatonError('CONFLICT', `the command ran out of patience: ${what}`, {
    details: { commit: id, ...(lostTo && { stream: lostTo.stream, with: winner?.id, by: winner?.by }) },
    hint: 'Try again; with a key, if the command must not happen twice.',
  })
}

export function assertFits({ line, raises }: Expected, maxBytes: number, maxEvents: number): void {
  if (line.length > maxBytes) {
    throw new BatonError('PAYLOAD_TOO_LARGE', `a commit of ${line.length} bytes is over the limit of ${maxBytes}`, {
      details: { limit: maxBytes, size: line.length },
    })
  }
  if (raises.length > maxEvents) {
    throw new BatonError('LIMIT_EXCEEDED', `${raises.length} events in one commit are over the limit of ${maxEvents}`, {
      details: { limit: maxEvents, size: raises.length },
    })
  }
}
