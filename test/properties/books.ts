/** What the ledger keeps, one book for each kind of thing. */
import type { EventType } from '../../src/events/catalog.ts'

/** An event as it stands in the log, with its place. */
export interface Line {
  readonly type: EventType
  readonly stream: string
  readonly version: number
  readonly position: number
  readonly commit: string
  readonly by: { readonly id?: string }
  readonly data: Record<string, unknown>
}

export interface SessionBook {
  readonly id: string
  status: 'open' | 'closing' | 'closed'
  readonly root: string
  readonly parent: string | undefined
  readonly depth: number
  readonly label: string | undefined
  readonly leased: boolean
}

export interface RunBook {
  readonly id: string
  readonly session: string
  readonly root: string
  readonly parent: string | undefined
  readonly depth: number
  readonly background: boolean
  readonly context: 'isolated' | 'shared'
  readonly leased: boolean
  readonly places: readonly string[]
  readonly effectId: string | undefined
  status: 'created' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  percent: number | undefined
  /** As text: it must never change. */
  seed: string | undefined
  readonly own: StateBook
  /** Their own writes, as text. */
  readonly checkpoints: Map<string, string>
  readonly effects: Map<string, { settled: boolean }>
  /** How many results it has told its parent. */
  results: number
}

export interface TaskBook {
  readonly id: string
  status: 'open' | 'in_progress' | 'blocked' | 'closed'
  owner: string | undefined
  epoch: number
  readonly participants: Set<string>
  offer: OfferBook | undefined
}

export interface OfferBook {
  readonly offerId: string
  readonly from: string
  readonly to: string
  readonly expiresAt: string | undefined
}

export type StateBook = Map<string, { readonly value: unknown; readonly removed: boolean; readonly version: number }>

export interface DeliveryBook {
  readonly sessionId: string | undefined
  state: 'pending' | 'acknowledged' | 'transferred' | 'dead' | 'discarded'
  /** Where it came, for the order of the inbox. */
  position: number
  /** It had died here, and came again by another way. */
  arrived?: boolean
}

export interface MessageBook {
  readonly id: string
  readonly from: string
  readonly to: readonly string[]
  readonly commit: string
  readonly deliveries: Map<string, DeliveryBook>
}

export interface Books {
  readonly sessions: Map<string, SessionBook>
  readonly runs: Map<string, RunBook>
  readonly tasks: Map<string, TaskBook>
  readonly messages: Map<string, MessageBook>
  /** By root session. */
  readonly states: Map<string, StateBook>
  /** By path: the run that holds it. */
  readonly places: Map<string, string>
  /** Several commands are under way at once: of several settlements of one delivery only the first counts. */
  concurrent: boolean
}

export interface Keeper {
  take: (line: Line) => void
  /** After each commit. */
  committed?: (lines: readonly Line[]) => void
}

export const booked = (): Books => ({
  sessions: new Map(),
  runs: new Map(),
  tasks: new Map(),
  messages: new Map(),
  states: new Map(),
  places: new Map(),
  concurrent: false,
})

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

export function entry<Value>(book: ReadonlyMap<string, Value>, id: unknown, what: string): Value {
  const found = book.get(id as string)
  if (found === undefined) throw new Error(`there is no ${what} ${String(id)}`)
  return found
}

export const isLive = ({ status }: RunBook): boolean =>
  status === 'created' || status === 'running' || status === 'waiting'

/** Nothing is attached to a session that is not open. */
export function mustBeOpen({ sessions }: Books, id: unknown): SessionBook {
  const session = entry(sessions, id, 'session')
  must(session.status === 'open', `session ${session.id} is ${session.status}`)
  return session
}
