/**
 * What the log says, counted again by hand and without any of the rules' or views' code: it is told every accepted
 * event, objects to what must not happen at that place, and knows what the views have to show.
 */
import type { EventType } from '../../src/events/catalog.ts'
import type { Judged } from '../../src/log/judging.ts'
import { booked, type Books, type Line } from './books.ts'
import { keepMail } from './ledger-mail.ts'
import { keepRuns } from './ledger-runs.ts'
import { keepSessions } from './ledger-sessions.ts'
import { keepState } from './ledger-state.ts'
import { keepTasks } from './ledger-tasks.ts'

export interface Ledger extends Books {
  /** To be called with every judged line, in order. */
  readonly read: (judged: Judged) => void
  /** The events of the newest accepted commit. */
  readonly last: readonly Line[]
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
  const keepers = [keepSessions(books), keepRuns(books), keepTasks(books), keepState(books), keepMail(books)]
  let position = 0
  let last: Line[] = []

  function read(judged: Judged): void {
    const { commit, raises } = judged
    if (commit === undefined || raises === undefined) return
    if (judged.position !== position + 1) throw new Error(`position ${judged.position} follows ${position}`)
    last = commit.events.map(({ s: stream, t, d }) => {
      const version = (streams.get(stream) ?? 0) + 1
      streams.set(stream, version)
      counts.set(t, (counts.get(t) ?? 0) + 1)
      const data = JSON.parse(JSON.stringify(d)) as Record<string, unknown>
      return { type: t as EventType, stream, version, position: ++position, commit: commit.id, by: commit.by, data }
    })
    for (const line of last) {
      try {
        for (const { take } of keepers) take(line)
      } catch (error) {
        throw new Error(`${line.type} at position ${line.position} (${commit.cmd}): ${(error as Error).message}`, {
          cause: error,
        })
      }
    }
    for (const { committed } of keepers) committed?.(last)
  }

  return {
    ...books,
    get concurrent() {
      return books.concurrent
    },
    set concurrent(several) {
      books.concurrent = several
    },
    read,
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
