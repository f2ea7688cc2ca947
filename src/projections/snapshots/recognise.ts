/** Is this the log of which a snapshot is the fold? */
import { BatonError } from '../../errors.ts'
import { decode, type Decoded } from '../../log/commit.ts'
import type { Saved } from '../../log/judging.ts'
import type { Cursor, Log } from '../../log/log.ts'

/** Undefined where it is; otherwise why not, and which line of this very log has rotted since. */
export async function unlike(
  log: Log,
  { genesis, genesisRef, last, cursor }: Saved,
): Promise<{ readonly why: string; readonly rotten?: Cursor } | undefined> {
  if ((await log.end()) < cursor) return { why: `it is of a longer log, up to ${cursor}` }
  const first = await recordAt(log, genesisRef)
  if (first?.kind !== 'genesis' || first.genesis.crc !== genesis.crc)
    return { why: `it is of another hub, ${genesis.hub}` }
  if (last === undefined) return undefined
  const newest = await recordAt(log, last.ref)
  if (newest?.kind === 'commit' && newest.commit.crc === last.crc) return undefined
  const why = `it is of another log: its newest commit is not the one at ${last.ref}`
  // A line as long as that one, and not whole: no other history looks like this.
  return newest?.kind === 'torn' && newest.next === last.next ? { why, rotten: last.ref } : { why }
}

async function recordAt(log: Log, ref: Cursor): Promise<(Decoded & { readonly next: Cursor }) | undefined> {
  try {
    const { line, next } = await log.readAt(ref)
    return { ...decode(line), next }
  } catch (error) {
    if (error instanceof BatonError && error.code === 'LOG_DAMAGED') return undefined
    throw error
  }
}
