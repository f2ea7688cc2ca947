/** Sessions and what they hold. */
import type { Session } from '../domain/session.ts'
import type { Freshness, Reading } from './reading.ts'

export interface SessionView extends Session {
  readonly children: readonly string[]
  readonly liveRuns: readonly string[]
  /** The tasks that it owns, and those that it takes part in. */
  readonly owns: readonly string[]
  readonly participates: readonly string[]
  /** How many messages wait for it and its runs. */
  readonly waiting: number
}

export async function session(reading: Reading, id: string, options: Freshness = {}): Promise<SessionView | undefined> {
  await reading.reach(options)
  return sessionView(reading, id)
}

export async function sessions(reading: Reading, options: Freshness = {}): Promise<SessionView[]> {
  await reading.reach(options)
  return reading.states.ids('session').flatMap((id) => sessionView(reading, id) ?? [])
}

function sessionView({ states }: Reading, id: string): SessionView | undefined {
  const found = states.session(id)
  if (found === undefined) return undefined
  const seat = states.seat(id)
  const counts = states.inbox(id)?.counts ?? {}
  return {
    ...structuredClone(found),
    children: Object.keys(seat?.children ?? {}),
    liveRuns: Object.keys(seat?.liveRuns ?? {}),
    owns: Object.keys(seat?.owned ?? {}),
    participates: Object.keys(seat?.participates ?? {}),
    waiting: Object.values(counts).reduce((sum, count) => sum + count, 0),
  }
}
