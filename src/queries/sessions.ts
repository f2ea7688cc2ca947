/** Sessions and what they hold. */
import type { Session } from '../domain/session.ts'
import { listed, pageOf, positionOf, type OpenListOptions } from './listing.ts'
import type { Freshness, Reading } from './reading.ts'

/** A session, with what it owns and what waits for it. */
export interface SessionView extends Session {
  /** Where it was opened. */
  readonly position: number
  readonly children: readonly string[]
  readonly liveRuns: readonly string[]
  /** The tasks that it owns, and those that it takes part in. */
  readonly owns: readonly string[]
  readonly participates: readonly string[]
  /** How many messages wait for it and its runs. */
  readonly waiting: number
}

export async function session(reading: Reading, id: string, options: Freshness = {}): Promise<SessionView | undefined> {
  return reading.ask(options, () => sessionView(reading, id))
}

export async function sessions(reading: Reading, options: OpenListOptions = {}): Promise<SessionView[]> {
  const page = await pageOf(reading, options)
  return reading.ask(options, () =>
    [...listed(reading, 'session', page)].flatMap(({ id, position }) => sessionView(reading, id, position) ?? []),
  )
}

function sessionView(
  reading: Reading,
  id: string,
  position = positionOf(reading, 'session', id),
): SessionView | undefined {
  const { states } = reading
  const found = states.session(id)
  if (found === undefined) return undefined
  const seat = states.seat(id)
  return {
    ...structuredClone(found),
    position,
    children: Object.keys(seat?.children ?? {}),
    liveRuns: Object.keys(seat?.liveRuns ?? {}),
    owns: Object.keys(seat?.owned ?? {}),
    participates: Object.keys(seat?.participates ?? {}),
    waiting: states.waiting(id),
  }
}
