/** Every commit in log order, void ones included, each with what it lost to. */
import { WINDOW } from '../log/accept.ts'
import type { Actor, Commit } from '../log/commit.ts'
import type { Judged, VoidReason } from '../log/judging.ts'
import type { Cursor, Log } from '../log/log.ts'
import { readJudged } from './judged-lines.ts'

/** An accepted commit, as others speak of it. */
export interface CommitRef {
  /** Of its first event; a commit without events has none. */
  readonly position?: number
  readonly commit: string
  readonly by: Actor
  readonly cmd: string
}

/** Why a commit does not count. */
export interface Lost {
  readonly reason: Exclude<VoidReason, 'torn' | 'invalid'>
  /** The stream that it relied on and that was written after what it had seen. */
  readonly stream?: string
  /** The accepted commit that wrote it; of a duplicate, the one that counts. */
  readonly lostTo?: CommitRef
}

/** One line of the log that is a commit: a void one is decided again and then stands there a second time. */
export interface Attempt {
  readonly ref: Cursor
  readonly commit: Commit
  readonly lost?: Lost
  /** Its number among the accepted commits; of a void one, that of the last before it. */
  readonly n: number
  /** Where its first event stands, or would stand if it had any. */
  readonly position: number
  /** The newest position that its decision had seen, where that is young enough to be known. */
  readonly seenUpTo?: number
}

/** What is kept of an accepted commit as long as another may lose to it: the acceptance rule looks no further back. */
interface Recent {
  readonly ref: CommitRef
  /** The position of its last event. */
  readonly end: number
}

/**
 * One scan of the log, page by page, at most `WINDOW` commits in memory beside the page. Lines that are torn or no commits are left
 * out: whoever wrote them cannot be told.
 */
export async function* readAttempts(log: Log, end: Cursor, signal?: AbortSignal): AsyncGenerator<readonly Attempt[]> {
  const recent: Recent[] = []
  for await (const page of readJudged(log, end, signal)) {
    yield page.flatMap((judged) => (judged.commit === undefined ? [] : attempt(judged, judged.commit, recent)))
  }
}

function attempt(judged: Judged, commit: Commit, recent: Recent[]): Attempt {
  const { entry, n, position, raises } = judged
  const seenUpTo = commit.seen[0] === 0 ? 0 : recentAt(recent, commit.seen[0], n)?.end
  const met = { ref: entry.ref, commit, n, position, ...(seenUpTo !== undefined && { seenUpTo }) }
  if (raises === undefined) return { ...met, lost: lostBy(judged, recent) }
  recent[n % WINDOW] = { ref: refOf(met), end: position + raises.length - 1 }
  return met
}

/** `newest` is the number of the last accepted commit. */
const recentAt = (recent: readonly Recent[], n: number, newest: number): Recent | undefined =>
  n > newest || n <= newest - WINDOW ? undefined : recent[n % WINDOW]

function lostBy({ verdict, void: reason, n }: Judged, recent: readonly Recent[]): Lost {
  const lostTo =
    verdict?.kind === 'conflict' || verdict?.kind === 'duplicate' ? recentAt(recent, verdict.n, n)?.ref : undefined
  return {
    reason: reason as Lost['reason'],
    ...(verdict?.kind === 'conflict' && { stream: verdict.stream }),
    ...(lostTo !== undefined && { lostTo }),
  }
}

export const refOf = ({ commit, position }: Pick<Attempt, 'commit' | 'position'>): CommitRef => ({
  ...(commit.events.length > 0 && { position }),
  commit: commit.id,
  by: commit.by,
  cmd: commit.cmd,
})
