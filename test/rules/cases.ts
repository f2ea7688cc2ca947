/**
 * A case of a rule, as a row of a table: what had happened, who asks for what, and what follows. The tables are beside
 * this file, one per aggregate; `rules.test.ts` plays them all.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { expect } from 'vitest'
import { isBatonError } from '../../src/index.ts'
import type {
  Actor,
  BatonError,
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
import { linesOf, playOut, stageOut } from './play-out.ts'

interface Asked<Asks> {
  readonly name: string
  readonly given?: readonly Given[]
  /** The operator, if nobody is named. */
  readonly as?: Actor
  readonly limits?: NonNullable<HubOptions['limits']>
  /** How long ago all that was given happened, in milliseconds. */
  readonly passed?: number
  readonly when: Asks
}

export interface Accepted extends Asked<Command> {
  /**
   * Every event of the commit with every field. `new-1` stands for the first id that is drawn after the commit's own,
   * `new-2` for the second; a command of several commits draws an id for each of the later ones as well.
   */
  readonly follows: readonly Expected[]
  /** In the same way, what each of the commits before the last one wrote, where that is the point. */
  readonly steps?: readonly (readonly Expected[])[]
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
  const { follows, steps, on, sees } = rule
  const drawn = await firstId(rule)
  const outcome = await outcomeOf(rule)
  deepStrictEqual(written(outcome.receipt), withIds(follows, drawn))
  if (steps !== undefined) {
    deepStrictEqual(
      (outcome.receipt.steps ?? []).map(written),
      steps.map((each) => withIds(each, drawn)),
    )
  }
  if (on !== undefined) expect(outcome.on.toSorted()).toEqual(on.toSorted())
  await sees?.(outcome)
  return outcome
}

const written = ({ events }: Receipt) => events.map(({ type, stream, data }) => ({ type, stream, data }))

async function outcomeOf(rule: Asked<unknown>): Promise<Outcome> {
  if (rule.passed === undefined) return stage(rule).when(rule.when).outcome()
  const { hub, receipt, relied } = await playOut({ ...rule, now: NOW })
  return { hub, receipt, on: relied.at(-1) ?? [] }
}

/** All streams that a case relied on, in whichever of its commits. Where nothing was written nothing was. */
export async function reliedOnBy(rule: Accepted, { receipt, on }: Outcome): Promise<readonly string[]> {
  if (receipt.steps !== undefined) return (await playOut({ ...rule, now: NOW })).relied.flat()
  return receipt.commit === undefined || receipt.duplicate ? [] : on
}

export async function playRefused({ rejects, details, ...rule }: Refused): Promise<void> {
  const error =
    rule.passed === undefined ? await stage(rule).when(rule.when).thenRejects(rejects) : await refusal(rule, rejects)
  if (details !== undefined) expect(error.details).toMatchObject(details)
}

async function refusal(rule: Omit<Refused, 'rejects' | 'details'>, rejects: ErrorCode): Promise<BatonError> {
  const { hub, log } = await stageOut({ ...rule, now: NOW })
  const before = await linesOf(log)
  const refused: unknown = await hub
    .as(rule.as ?? { kind: 'operator' })
    .send(rule.when as Command)
    .catch((error: unknown) => error)
  if (!isBatonError(refused)) throw refused
  expect(refused.code).toBe(rejects)
  expect(await linesOf(log)).toEqual(before)
  return refused
}

/** The number of the next id, told by a session that is opened without one. */
async function firstId({ given: before = [], limits = {}, passed }: Accepted): Promise<number> {
  const { receipt } = await outcomeOf({
    name: '',
    given: before,
    limits,
    ...(passed !== undefined && { passed }),
    when: { type: 'OpenSession' },
  })
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
