/** One commit, as it was accepted: by the position of one of its events, or by its id. */
import { spanOf } from './bookmarks.ts'
import { timeOfId } from '../ids.ts'
import { acceptedLines, type Stretch } from './accepted-lines.ts'
import type { Actor, Commit } from '../log/commit.ts'
import { commitIn } from '../log/read-commit.ts'
import { positionAt } from './moments.ts'
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

/** How far what a commit says of its time may lie from that in its id: it may have had to be decided again. */
const NEAR_MS = [100, 15_000]

/** No view lists the ids. Most were made at a time that they tell: there they are looked for first. */
async function withId(reading: Reading, id: string, { signal }: Freshness): Promise<CommitView | undefined> {
  const time = timeOfId(id)
  for (const ms of time === undefined ? [] : NEAR_MS) {
    const after = await positionAt(reading, new Date(Number(time) - ms))
    const before = (await positionAt(reading, new Date(Number(time) + ms))) + 1
    const found = await withIdIn(reading, id, { after, before, direction: 'backward', signal })
    if (found !== undefined) return found
  }
  return withIdIn(reading, id, { after: 0, before: Infinity, direction: 'backward', signal })
}

/** Lines that do not hold it are not decoded. */
async function withIdIn(reading: Reading, id: string, stretch: Stretch): Promise<CommitView | undefined> {
  for await (const entry of acceptedLines(reading, stretch)) {
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
