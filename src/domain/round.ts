/** A round: work that a group's coordinator has fanned out, and its way back in. On the stream of its group. */
import type { BatonEvent, EventData } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'

export type ItemOutcome = 'ok' | 'failed'

export interface Item {
  readonly runId?: string
  sessionId?: string
  readonly effectId?: string
  readonly messageId?: string
  /** Of an item that went to nobody. */
  readonly payload?: unknown
  outcome?: ItemOutcome
  result?: unknown
  /** There was no room for the result: the run has it. */
  omitted?: true
  reason?: string
  /** Of an effect: the run that served it. */
  servedBy?: string
  settledAt?: string
  /** It came after the round had fanned in. */
  late?: true
}

export type FanIn = EventData<'RoundDispatched'>['fanIn']
export type Verdict = EventData<'FanInReached'>['verdict']

export interface GroupCheckpoint {
  readonly label: string
  readonly at: string
  readonly position: number
  readonly settled: EventData<'GroupCheckpointed'>['settled']
  readonly pending: readonly string[]
  readonly partial?: unknown
}

export interface Round {
  readonly round: number
  status: 'open' | 'reached' | 'cancelled'
  readonly fanIn: FanIn
  readonly items: Dict<Item>
  readonly checkpoints: GroupCheckpoint[]
  readonly dispatchedAt: string
  verdict?: Verdict
  endedAt?: string
  reason?: string
}

/** Of one group's rounds; ids hold no space. */
export const roundKey = (groupId: string, round: number): string => `${groupId} ${round}`

export function evolveRound(round: Round | undefined, event: BatonEvent): Round | undefined {
  if (event.type === 'RoundDispatched') {
    const { items, fanIn, round: number } = event.data
    return {
      round: number,
      status: 'open',
      fanIn,
      items: Object.fromEntries(items.map(({ itemId, ...item }) => [itemId, item as Item])),
      checkpoints: [],
      dispatchedAt: event.at,
    }
  }
  if (round === undefined) return undefined
  switch (event.type) {
    case 'ItemReassigned': {
      const item = of(round.items, event.data.itemId)
      if (item !== undefined) item.sessionId = event.data.to
      return round
    }
    case 'ItemSettled':
      return settle(round, event)
    case 'FanInReached':
      round.status = 'reached'
      round.verdict = event.data.verdict
      round.endedAt = event.at
      return round
    case 'GroupCheckpointed': {
      const { label, settled, pending, partial } = event.data
      const { at, position } = event
      round.checkpoints.push({ label, at, position, settled, pending, ...(partial !== undefined && { partial }) })
      return round
    }
    case 'RoundCancelled':
      round.status = 'cancelled'
      round.endedAt = event.at
      round.reason = event.data.reason
      return round
    default:
      return round
  }
}

function settle(round: Round, { data, at }: BatonEvent<'ItemSettled'>): Round {
  const item = of(round.items, data.itemId)
  if (item === undefined) return round
  item.outcome = data.outcome
  item.settledAt = at
  if (data.result !== undefined) item.result = data.result
  if (data.reason !== undefined) item.reason = data.reason
  if (data.omitted === true) item.omitted = true
  if (data.servedBy !== undefined) item.servedBy = data.servedBy
  if (data.late) item.late = true
  return round
}

/** How many items have to succeed, or under `settled` to be settled at all. */
export function neededOf(mode: FanIn['mode'], items: number, quorum: number | undefined): number {
  if (mode === 'any') return 1
  return mode === 'quorum' ? (quorum ?? items) : items
}

/** Whether the round is decided: reached, or out of reach. Undefined while it is open. */
export function verdictOf({ mode, needed }: FanIn, items: number, oks: number, failed: number): Verdict | undefined {
  if ((mode === 'settled' ? oks + failed : oks) >= needed) return 'complete'
  return mode !== 'settled' && items - failed < needed ? 'failed' : undefined
}
