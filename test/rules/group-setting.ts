/** Groups and rounds in few words: group g1 of root session planner, and what its rounds write. */
import type { Command, Fact } from '../../src/index.ts'
import { event, type Expected } from './cases.ts'
import { delivered, messageSent, open, told, type Box } from './setting.ts'

export const G1 = 'planner/g1'
export const ROUND = { groupId: G1, round: 1 } as const

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>
type DataOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>['data']
type FanIn = NonNullable<Of<'DispatchRound'>['fanIn']>

// ---- given

export const form = (name: string, coordinator: string, ...members: readonly string[]): Of<'FormGroup'> => ({
  type: 'FormGroup',
  name,
  coordinator,
  members: [...members],
})

/** The planner with two sessions below it, and a stranger; the planner coordinates g1, where the coder is a member. */
export const team = [
  open('planner'),
  open('coder', { parentSessionId: 'planner' }),
  open('tester', { parentSessionId: 'planner' }),
  open('stranger'),
  form('g1', 'planner', 'coder'),
]

export type Wanted = Of<'DispatchRound'>['items'][number]

export const dispatch = (items: readonly Wanted[], fanIn?: FanIn, group: string = G1): Of<'DispatchRound'> => ({
  type: 'DispatchRound',
  group,
  items: [...items],
  ...(fanIn !== undefined && { fanIn }),
})

/** Items that are bound to nothing: the coordinator settles them. */
export const items = (...ids: readonly string[]): Wanted[] => ids.map((itemId) => ({ itemId }))

export const settle = (
  itemId: string,
  outcome: 'ok' | 'failed' = 'ok',
  more: Partial<Omit<Of<'SettleItem'>, 'type' | 'itemId' | 'outcome'>> = {},
): Of<'SettleItem'> => ({ type: 'SettleItem', group: G1, itemId, outcome, ...more })

export const disband: Command = { type: 'DisbandGroup', group: G1 }
export const cancel: Command = { type: 'CancelRound', group: G1, reason: 'no need' }

// ---- what follows

const GROUP_STREAM = `group-${G1}`

export const dispatched = (
  sent: DataOf<'RoundDispatched'>['items'],
  fanIn: DataOf<'RoundDispatched'>['fanIn'],
): Expected => event(GROUP_STREAM, 'RoundDispatched', { ...ROUND, items: sent, fanIn })

export const bound = (runId: string, itemId: string, effectId?: string): Expected =>
  event(`run-${runId}`, 'ItemBound', { runId, ...ROUND, itemId, ...(effectId !== undefined && { effectId }) })

/** The message with which an item goes out: `of` is what the item is bound to. */
export function letter(
  messageId: string,
  itemId: string,
  to: Box,
  of: { runId?: string; sessionId?: string; effectId?: string },
  more: { from?: string; address?: string; body?: string; payload?: unknown } = {},
): Expected[] {
  const mailbox = typeof to === 'string' ? to : to[0]
  const { from = 'operator', address = mailbox, body = '', payload } = more
  return [
    messageSent(messageId, from, [mailbox], {
      address,
      kind: 'dispatch',
      subject: `item ${itemId} of round 1 of group ${G1}`,
      body,
      data: { ...ROUND, itemId, ...of, ...(payload !== undefined && { payload }) },
    }),
    delivered(messageId, to),
  ]
}

export const settled = (
  itemId: string,
  outcome: 'ok' | 'failed' = 'ok',
  more: Partial<
    Pick<DataOf<'ItemSettled'>, 'result' | 'omitted' | 'reason' | 'runId' | 'servedBy' | 'late' | 'round'>
  > = {},
): Expected => event(GROUP_STREAM, 'ItemSettled', { ...ROUND, itemId, late: false, outcome, ...more })

/** With the runs to which an item of it was bound that was not settled. */
export const cancelledRound = (...runIds: readonly string[]): Expected =>
  event(GROUP_STREAM, 'RoundCancelled', { ...ROUND, reason: 'no need', runIds: [...runIds] })

type Reached = Pick<DataOf<'FanInReached'>, 'verdict' | 'results' | 'missing'>

/** What a round came to, and how the coordinator hears of it. */
export function reached(
  messageId: string,
  from: string,
  { results, ...rest }: Reached,
  {
    to = 'planner',
    round = 1,
    told: toldOf = results,
  }: { to?: string; round?: number; told?: Reached['results'] } = {},
): Expected[] {
  const data = { ...ROUND, round, ...rest }
  return [
    event(GROUP_STREAM, 'FanInReached', { ...data, results }),
    ...told(messageId, from, to, {
      kind: 'result',
      subject: `round ${round} of group ${G1} is ${rest.verdict}`,
      body: '',
      data: { ...data, results: toldOf },
    }),
  ]
}
