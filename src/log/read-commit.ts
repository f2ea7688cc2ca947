import { BatonError } from '../errors.ts'
import { decode, type Commit } from './commit.ts'
import type { Cursor, Entry, Log } from './log.ts'

/** The commit that lies there, once more. It was whole when it was folded. */
export const readCommit = async (log: Log, ref: Cursor): Promise<Commit> => commitIn(log, await log.readAt(ref))

/** The commit that this line was when it was folded. */
export function commitIn(log: Log, { ref, line }: Pick<Entry, 'ref' | 'line'>): Commit {
  const decoded = decode(line)
  if (decoded.kind === 'commit') return decoded.commit
  throw goneBad(log, ref)
}

export const goneBad = (log: Log, ref: Cursor): BatonError =>
  new BatonError('LOG_DAMAGED', `${log.name} is damaged at ${ref}: the record was whole when it was folded`, {
    details: { file: log.name, offset: ref },
    hint: 'Restore it from a backup; nothing was changed.',
  })
