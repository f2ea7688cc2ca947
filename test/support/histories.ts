/** What a history is, apart from the file it stands in: for comparing a copy with its original. */
import { expect } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { createFold } from '../../src/log/fold.ts'
import type { Head } from '../../src/log/judging.ts'
import type { Log } from '../../src/log/log.ts'
import { openMemoryLog } from '../../src/log/memory.ts'
import type { LoggedEvent } from '../../src/queries/reading.ts'
import { firstDifference, foldedAfresh } from '../properties/replicas.ts'

export interface AcceptedLine {
  readonly line: Buffer
  readonly n: number
  /** Of its first event; a commit without events has that of the next one. */
  readonly first: number
  /** Where the log stands behind it. */
  readonly head: Head
}

/** The genesis record, and every accepted commit. */
export async function acceptedIn(log: Log): Promise<{ genesis: Buffer; commits: AcceptedLine[] }> {
  let genesis = Buffer.alloc(0)
  const commits: AcceptedLine[] = []
  const fold = createFold(log, {
    observe(judged) {
      const line = Buffer.from(judged.entry.line)
      if (judged.genesis !== undefined && judged.void === undefined) genesis = line
      if (judged.raises === undefined) return
      commits.push({ line, n: judged.n, first: judged.position, head: fold.head })
    },
    reset: () => commits.splice(0),
  })
  await fold.catchUp()
  return { genesis, commits }
}

/** These lines and no others: the places of two logs made like this can be compared. */
export async function logOf(lines: readonly Buffer[]): Promise<Log> {
  const log = openMemoryLog()
  await log.append(lines.map((line, i) => ({ id: `${i}`, line })))
  return log
}

/** The history of `original` up to commit `n`, as its first lines say it. */
export async function firstCommits(original: Log, n: number): Promise<Log> {
  const { genesis, commits } = await acceptedIn(original)
  return logOf([genesis, ...commits.slice(0, n).map(({ line }) => line)])
}

/** Every event, every document of every view, and every answer to a question is the same in both. */
export async function expectSameHistory(restored: Log, original: Log): Promise<void> {
  const [a, b] = await Promise.all([restored, original].map(withoutVoids))
  const difference = firstDifference(await foldedAfresh(a as Log), await foldedAfresh(b as Log))
  expect(difference).toBeUndefined()
  const [mine, theirs] = await Promise.all([a, b].map((log) => openHub({ log: log as Log, sweepEvery: false })))
  expect(await answersOf(mine as Hub)).toEqual(await answersOf(theirs as Hub))
  await mine?.close()
  await theirs?.close()
}

async function withoutVoids(log: Log): Promise<Log> {
  const { genesis, commits } = await acceptedIn(log)
  return logOf([genesis, ...commits.map(({ line }) => line)])
}

export async function eventsOf(hub: Hub): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = []
  // A cursor is of one log alone, and says so.
  for await (const { cursor: _, ...event } of hub.log()) events.push(event as LoggedEvent)
  return events
}

const each = <T, A>(items: readonly T[], ask: (item: T) => Promise<A>): Promise<A[]> => Promise.all(items.map(ask))

/** All that can be asked of a hub without knowing what is in it; but for the cursors, which are of one log alone. */
export async function answersOf(hub: Hub): Promise<object> {
  return JSON.parse(JSON.stringify(await everythingIn(hub), withoutCursor)) as object
}

const withoutCursor = (name: string, value: unknown): unknown => (name === 'cursor' ? undefined : value)

async function everythingIn(hub: Hub): Promise<object> {
  const events = await eventsOf(hub)
  const sessions = await hub.sessions()
  const tasks = await hub.tasks()
  const idsIn = (field: string): string[] => [
    ...new Set(events.flatMap(({ data }) => (data as Record<string, string | undefined>)[field] ?? [])),
  ]
  return {
    position: hub.head.position,
    at: hub.head.at,
    events,
    sessions,
    tasks,
    owners: await each(tasks, ({ id }) => hub.owner(id)),
    inboxes: await each(sessions, ({ id }) => hub.inbox(id).list()),
    operator: await hub.inbox('operator').list(),
    states: await each(sessions, ({ id }) => hub.state(id).get()),
    messages: await each(idsIn('messageId'), (id) => hub.message(id)),
    runs: await each(idsIn('runId'), (id) => hub.runs.get(id)),
    histories: await each(tasks, ({ id }) => hub.history({ task: id })),
    groups: await hub.groups(),
    deadLetters: await hub.deadLetters(),
    timers: await hub.timers(),
  }
}
