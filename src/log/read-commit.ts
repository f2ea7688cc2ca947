import { BatonError } from '../errors.ts'
import { decode, type Commit } from './commit.ts'
import type { Cursor, Log } from './log.ts'

/** The commit that lies there, once more. It was whole when it was folded. */
export async function readCommit(log: Log, ref: Cursor): Promise<Commit> {
  const decoded = decode((await log.readAt(ref)).line)
  if (decoded.kind === 'commit') return decoded.commit
  throw new BatonError('LOG_DAMAGED', `${log.name} is damaged at ${ref}: the record was whole when it was folded`, {
    details: { file: log.name, offset: ref },
    hint: 'Restore it from a backup; nothing was changed.',
  })
}
