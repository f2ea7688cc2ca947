/** What the ledger keeps, one book for each kind of thing. */
import type { EventType } from '../../src/events/catalog.ts'

/** An event as it stands in the log, with its place. */
export interface Line {
  readonly type: EventType
  readonly stream: string
  readonly version: number
  readonly position: number
  readonly commit: string
  /** The command that wrote it. */
  readonly cmd: string
  readonly at: string
  readonly by: { readonly kind: string; readonly id?: string }
  readonly data: Record<string, unknown>
}

/** Until when somebody has to give a sign of life, and how much time it was given. */
export interface LeaseBook {
  readonly until: string
  readonly ms: number
}

export interface SessionBook {
  readonly id: string
  status: 'open' | 'closing' | 'closed'
  /** Since when it is being closed, and who goes on with what it holds. */
  closingSince: string | undefined
  successor: string | undefined
  readonly root: string
  readonly parent: string | undefined
  readonly depth: number
  readonly label: string | undefined
  /** For how long, whenever it is opened; undefined where it was given none. */
  readonly leaseMs: number | undefined
  lease: LeaseBook | undefined
}

export interface RunBook {
  readonly id: string
  readonly session: string
  readonly root: string
  readonly parent: string | undefined
  readonly depth: number
  readonly background: boolean
  readonly context: 'isolated' | 'shared'
  leaseMs: number | undefined
  lease: LeaseBook | undefined
  readonly places: readonly string[]
  readonly effectId: string | undefined
  status: 'created' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  percent: number | undefined
  /** As text: it must never change. */
  seed: string | undefined
  readonly own: StateBook
  /** Their own writes, as text. */
  readonly checkpoints: Map<string, string>
  readonly effects: Map<string, { outcome: 'ok' | 'error' | 'cancelled' | undefined }>
  /** Of rounds: what waits for its end, or for that of one of its effects. */
  readonly items: BoundBook[]
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

export type Fate = 'pending' | 'acknowledged' | 'expired' | 'transferred' | 'dead' | 'discarded'

/** A place in a mailbox: what lies there now. */
export interface DeliveryBook {
  readonly sessionId: string | undefined
  state: Fate
  /** Where it came, for the order of the inbox. */
  position: number
  /** It falls due with its message. What the operator has requeued does not. */
  readonly expires: boolean
  /** Something else of the same message had ended here before, and it came again by another way. */
  readonly again: boolean
}

/** One delivery as it was made once, followed to wherever it is now. */
export interface LetterBook {
  mailbox: string
  fate: Fate
}

export interface MessageBook {
  readonly id: string
  readonly kind: string
  readonly from: string
  readonly to: readonly string[]
  readonly commit: string
  readonly replyBy: string | undefined
  readonly expiresAt: string | undefined
  /** Undefined where it asks for no answer. */
  request: 'open' | 'answered' | 'expired' | undefined
  readonly deliveries: Map<string, DeliveryBook>
  readonly letters: LetterBook[]
}

export interface GroupBook {
  readonly id: string
  readonly name: string
  readonly root: string
  status: 'formed' | 'active' | 'idle' | 'disbanded'
  /** Undefined where the seat is vacant. */
  coordinator: string | undefined
  /** Who coordinated it last, where the seat is vacant. */
  vacatedBy: string | undefined
  /** By mailbox: the session behind it. */
  readonly members: Map<string, string>
  rounds: number
  /** Every session that was ever given an item. */
  readonly workers: Set<string>
}

/** An item that waits for a run, or for an effect of it. */
export interface BoundBook {
  readonly round: RoundBook
  readonly item: ItemBook
}

export interface ItemBook {
  readonly id: string
  readonly run: string | undefined
  session: string | undefined
  readonly effect: string | undefined
  readonly message: string | undefined
  outcome: 'ok' | 'failed' | undefined
  /** As text. */
  result: string | undefined
  late: boolean
}

export interface RoundBook {
  readonly group: string
  readonly number: number
  readonly mode: 'all' | 'any' | 'quorum' | 'settled'
  readonly needed: number
  readonly deadline: string | undefined
  status: 'open' | 'reached' | 'cancelled'
  verdict: string | undefined
  readonly items: Map<string, ItemBook>
  readonly checkpoints: Set<string>
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
  readonly groups: Map<string, GroupBook>
  /** By `roundName`. */
  readonly rounds: Map<string, RoundBook>
  readonly mail: MailCount
  /** Several commands are under way at once: of several settlements of one delivery only the first counts. */
  concurrent: boolean
  /** Since when whoever sweeps now is awake: no lease ends before it was given its whole time from there. */
  awakeSince: number
  /** What falls due later is left to the next sweep. */
  sweptUntil: number
}

/** Counted as the events come. */
export interface MailCount {
  /** Deliveries that were ever made: also those that reached nobody from the start. */
  sent: number
  /** Those, and the mailboxes into which a letter was moved that had held nothing of its message before. */
  places: number
}

export const roundName = (group: unknown, round: unknown): string => `${String(group)} ${String(round)}`

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
  groups: new Map(),
  rounds: new Map(),
  mail: { sent: 0, places: 0 },
  concurrent: false,
  awakeSince: 0,
  sweptUntil: Infinity,
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

/** With whom a session's affairs are now: with itself while it is open, else with its successor, if there is one. */
export function heirOf({ sessions }: Books, id: string): string | undefined {
  const asked = new Set<string>()
  for (let at = sessions.get(id); at !== undefined && !asked.has(at.id); at = sessions.get(at.successor ?? '')) {
    if (at.status === 'open') return at.id
    asked.add(at.id)
  }
  return undefined
}
