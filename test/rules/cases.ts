/**
 * A case of a rule, as a row of a table: what had happened, who asks for what, and what follows. The tables are beside
 * this file, one per aggregate; `rules.test.ts` plays them all.
 */
import { expect } from 'vitest'
import type {
  Actor,
  Command,
  CommandType,
  ErrorCode,
  EventType,
  Fact,
  Hub,
  HubOptions,
  Receipt,
} from '../../src/index.ts'
import { given, type Given, type Outcome, type When } from '../../src/testing/index.ts'

interface Asked<Asks> {
  readonly name: string
  readonly given?: readonly Given[]
  /** The operator, if nobody is named. */
  readonly as?: Actor
  readonly limits?: NonNullable<HubOptions['limits']>
  readonly when: Asks
}

export interface Accepted extends Asked<Command> {
  /**
   * Every event of the commit with every field. `new-1` stands for the first id that is drawn after the commit's own,
   * `new-2` for the second; a command of several commits draws an id for each of the later ones as well.
   */
  readonly follows: readonly Expected[]
  /** All streams that it relied on, where that is the point. */
  readonly on?: readonly string[]
  /** What is to be seen afterwards. */
  readonly sees?: (outcome: Outcome) => Promise<void>
}

export interface Refused extends Asked<{ readonly type: CommandType } & Readonly<Record<string, unknown>>> {
  readonly rejects: ErrorCode
  /** What the details say, among other things. */
  readonly details?: Readonly<Record<string, unknown>>
}

export type Case = Accepted | Refused

export interface Expected {
  readonly type: EventType
  readonly stream: string
  readonly data: unknown
}

/** Where the clock stands, and as texts: then, and a minute before and after. */
const NOW = Date.UTC(2026, 0, 1)
export const MINUTE = 60_000
export const MINUTE_AGO = '2025-12-31T23:59:00.000Z'
export const IN_A_MINUTE = '2026-01-01T00:01:00.000Z'

export const isAccepted = (rule: Case): rule is Accepted => 'follows' in rule

function stage({ given: steps = [], as = { kind: 'operator' }, limits = {} }: Asked<unknown>): When {
  return given(...steps)
    .as(as)
    .at(NOW)
    .limits(limits)
}

export async function playAccepted(rule: Accepted): Promise<Outcome> {
  const drawn = await firstId(rule)
  const outcome = await stage(rule).when(rule.when).then(withIds(rule.follows, drawn))
  if (rule.on !== undefined) expect(outcome.on.toSorted()).toEqual(rule.on.toSorted())
  await rule.sees?.(outcome)
  return outcome
}

export async function playRefused({ rejects, details, ...rule }: Refused): Promise<void> {
  const error = await stage(rule).when(rule.when).thenRejects(rejects)
  if (details !== undefined) expect(error.details).toMatchObject(details)
}

/** The number of the next id, told by a session that is opened without one. */
async function firstId(rule: Accepted): Promise<number> {
  const { receipt } = await stage({ ...rule, as: { kind: 'operator' } })
    .when({ type: 'OpenSession' })
    .outcome()
  return Number(idIn(receipt, 'sessionId').slice('id-'.length))
}

/** An id that the first event of a receipt names. */
export const idIn = ({ events }: Receipt, field: 'sessionId' | 'messageId'): string =>
  (events[0] as { data: Record<string, string> }).data[field] as string

function withIds(events: readonly Expected[], first: number): Expected[] {
  const text = JSON.stringify(events).replaceAll(/new-(\d+)/g, (_, n) => `id-${first + Number(n) - 1}`)
  return JSON.parse(text) as Expected[]
}

/** The types of the events of each commit, in order. */
export async function commitsOf(hub: Hub): Promise<string[][]> {
  const commits = new Map<string, string[]>()
  for await (const { commit, type } of hub.log()) commits.set(commit, [...(commits.get(commit) ?? []), type])
  return [...commits.values()]
}

/** What lies in a mailbox, or all of a session's: the ids of its messages, and where each lies. */
export async function mailOf(hub: Hub, mailbox: string): Promise<string[]> {
  const messages = await hub.inbox(mailbox).list()
  return messages.map((message) => `${message.id} in ${message.mailbox}`)
}

export const event = <Type extends EventType>(
  stream: string,
  type: Type,
  data: Extract<Fact, { type: Type }>['data'],
): Expected => ({ type, stream, data })
