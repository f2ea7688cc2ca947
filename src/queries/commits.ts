/** One commit, as it was accepted: by the position of one of its events, or by its id. */
import { spanOf } from './bookmarks.ts'
import { acceptedLines } from './accepted-lines.ts'
import type { Actor, Commit } from '../log/commit.ts'
import { commitIn } from '../log/read-commit.ts'
import { commitAt, logged, type Freshness, type LoggedEvent, type Reading } from './reading.ts'

/** One commit: who decided what, on what it had seen. */
export interface CommitView {
  readonly id: string
  /** Its number among the accepted commits. */
  readonly number: number
  readonly at: string
  readonly by: Actor
  readonly cmd: string
  readonly key?: string
  /** How many commits its decision had seen. */
  readonly seen: number
  /** The streams that it relied on, with their versions. */
  readonly on: Readonly<Record<string, number>>
  readonly events: readonly LoggedEvent[]
}

export async function commit(
  reading: Reading,
  which: number | string,
  options: Freshness = {},
): Promise<CommitView | undefined> {
  return typeof which === 'number' ? atPosition(reading, which, options) : withId(reading, which, options)
}

async function atPosition(reading: Reading, position: number, options: Freshness): Promise<CommitView | undefined> {
  // A position that cannot be is refused; one that has not come yet holds nothing.
  await spanOf(reading, { before: position }, options)
  const place = await reading.ask(options, () =>
    position > reading.states.position ? undefined : reading.commits().last((each) => each.position <= position),
  )
  return place === undefined ? undefined : viewOf(await commitAt(reading.log, place.ref), place)
}

/** No view lists the ids: the newest is looked for first, and lines that do not hold it are not decoded. */
async function withId(reading: Reading, id: string, { signal }: Freshness): Promise<CommitView | undefined> {
  const everything = { after: 0, before: Infinity, direction: 'backward', signal } as const
  for await (const entry of acceptedLines(reading, everything)) {
    if (!entry.line.includes(id)) continue
    const found = commitIn(reading.log, entry)
    if (found.id === id) return viewOf(found, entry.place)
  }
  return undefined
}

const viewOf = (found: Commit, { n, position }: { readonly n: number; readonly position: number }): CommitView => ({
  id: found.id,
  number: n,
  at: found.at,
  by: found.by,
  cmd: found.cmd,
  ...(found.key !== undefined && { key: found.key }),
  seen: found.seen[0],
  on: found.on,
  events: found.events.map((event, i) => logged(found, event, position + i)),
})
