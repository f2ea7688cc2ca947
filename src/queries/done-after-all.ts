/** What a void commit wanted is often done later: which commit did it. */
import { actorKey } from '../log/accept.ts'
import type { Commit, StoredEvent } from '../log/commit.ts'
import { refOf, type Attempt, type CommitRef } from './attempts.ts'

type Done = (by: CommitRef) => void

export interface DoneAfterAll {
  /** `done` is called when the same command is accepted: again, when the one that it is for certain comes later. */
  readonly wait: (lost: Commit, done: Done) => void
  /** To be called with every accepted commit that follows. */
  readonly accepted: (attempt: Attempt) => void
}

/**
 * A hub that decides again writes the same id once more, and a caller that tries again uses the same key: that is
 * certain. Without a key, a later commit is taken for it that is by the same actor, for the same command, on the same
 * streams, in the same words; until a certain one comes.
 */
export function createDoneAfterAll(): DoneAfterAll {
  const certain = new Map<string, Done[]>()
  const likely = new Map<string, Map<string, Done[]>>()
  const settled = new Set<Done>()

  function wait(lost: Commit, done: Done): void {
    const { id, by, cmd, key } = lost
    add(certain, id, done)
    if (key !== undefined) return add(certain, actorKey(by, key), done)
    const who = actorKey(by, cmd)
    const deeds = likely.get(who) ?? new Map<string, Done[]>()
    likely.set(who, deeds)
    add(deeds, deedOf(lost), done)
  }

  function accepted(attempt: Attempt): void {
    // Most of a log comes before anybody waits.
    if (certain.size === 0 && likely.size === 0) return
    const { id, by, cmd, key } = attempt.commit
    for (const name of key === undefined ? [id] : [id, actorKey(by, key)]) {
      for (const done of take(certain, name)) {
        settled.add(done)
        done(refOf(attempt))
      }
    }
    const deeds = key === undefined ? likely.get(actorKey(by, cmd)) : undefined
    if (deeds === undefined) return
    for (const done of take(deeds, deedOf(attempt.commit))) if (!settled.has(done)) done(refOf(attempt))
  }

  return { wait, accepted }
}

function add(to: Map<string, Done[]>, name: string, done: Done): void {
  const there = to.get(name)
  if (there === undefined) to.set(name, [done])
  else there.push(done)
}

function take(from: Map<string, Done[]>, name: string): Done[] {
  const there = from.get(name) ?? []
  from.delete(name)
  return there
}

/** Where a commit writes, and what is said there: two messages to one mailbox are not the same message. */
const deedOf = ({ events }: Commit): string =>
  JSON.stringify([[...new Set(events.map(({ s }) => s))].toSorted(), events.flatMap(wording)])

const wording = ({ t, d }: StoredEvent): unknown[] =>
  t === 'MessageSent' ? [(d as { readonly body?: unknown } | null)?.body] : []
