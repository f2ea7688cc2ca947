/** A hub's log, verified with what it holds: the log itself knows nothing of events. */
import type { StoredEvent } from '../log/commit.ts'
import type { Log } from '../log/log.ts'
import { verifyLog, type Report, type VerifyOptions } from '../log/verify.ts'
import { isForeign } from '../projections/replica.ts'

/** Reads a whole log, with a look into Baton's events. Changes nothing. */
export async function verifyHub(log: Log, options: Omit<VerifyOptions, 'inspect'> = {}): Promise<Report> {
  // With it come the schemas of all events.
  const { misshapen } = await import('../events/inspect.ts')
  // The streams of users hold events of theirs.
  const inspect = ({ s, t, v, d }: StoredEvent) => (isForeign(s) ? undefined : misshapen(t, v, d))
  return verifyLog(log, { ...options, inspect })
}
