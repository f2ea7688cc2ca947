/**
 * What the log says, counted again by hand and without any of the rules' or views' code: it is told every accepted
 * event, objects to what must not happen at that place, and knows what the views have to show.
 */
import type { EventType } from '../../src/events/catalog.ts'
import type { Judged } from '../../src/log/judging.ts'
import { booked, type Books, type Line } from './books.ts'
import { keepGroups } from './ledger-groups.ts'
import { keepMail } from './ledger-mail.ts'
import { keepRounds } from './ledger-rounds.ts'
import { keepRuns } from './ledger-runs.ts'
import { keepSessions } from './ledger-sessions.ts'
import { keepState } from './ledger-state.ts'
import { keepTasks } from './ledger-tasks.ts'

export interface Ledger extends Books {
  /** To be called with every judged line, in order. */
  readonly read: (judged: Judged) => void
  /** The events of the newest accepted commit. */
  readonly last: readonly Line[]
  /** The commits since somebody last asked. */
  readonly since: () => readonly (readonly Line[])[]
  readonly counts: ReadonlyMap<string, number>
  /** How many streams there are, and how many events stand in each. */
  readonly streams: ReadonlyMap<string, number>
  /** Of the newest event. */
  readonly position: number
}

export function openLedger(): Ledger {
  const counts = new Map<string, number>()
  const streams = new Map<string, number>()
  const books = booked()
  const keepers = [
    keepSessions(books),
    keepRuns(books),
    keepTasks(books),
    keepState(books),
    keepMail(books),
    keepGroups(books),
    keepRounds(books),
  ]
  let position = 0
  let commits: Line[][] = []
  let last: Line[] = []

  function read(judged: Judged): void {
    const { commit, raises } = judged
    if (commit === undefined || raises === undefined) return
    if (judged.position !== position + 1) throw new Error(`position ${judged.position} follows ${position}`)
    const { id, cmd, at, by } = commit
    last = commit.events.map(({ s: stream, t, d }) => {
      const version = (streams.get(stream) ?? 0) + 1
      streams.set(stream, version)
      counts.set(t, (counts.get(t) ?? 0) + 1)
      const data = JSON.parse(JSON.stringify(d)) as Record<string, unknown>
      return { type: t as EventType, stream, version, position: ++position, commit: id, cmd, at, by, data }
    })
    commits.push(last)
    for (const line of last) {
      try {
        for (const { take } of keepers) take(line)
      } catch (error) {
        throw new Error(`${line.type} at position ${line.position} (${cmd}): ${(error as Error).message}`, {
          cause: error,
        })
      }
    }
    try {
      for (const { committed } of keepers) committed?.(last)
    } catch (error) {
      const what = last.map(({ type }) => type).join(', ')
      throw new Error(`commit up to position ${position} (${cmd}: ${what}): ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  return {
    ...books,
    get concurrent() {
      return books.concurrent
    },
    set concurrent(several) {
      books.concurrent = several
    },
    get sweptUntil() {
      return books.sweptUntil
    },
    set sweptUntil(time) {
      books.sweptUntil = time
    },
    get awakeSince() {
      return books.awakeSince
    },
    set awakeSince(time) {
      books.awakeSince = time
    },
    read,
    since() {
      const those = commits
      commits = []
      return those
    },
    get last() {
      return last
    },
    counts,
    streams,
    get position() {
      return position
    },
  }
}
