/** given(...).when(...).then(...): a rule, told by what had happened, what is asked, and what follows. */
import { deepStrictEqual, fail } from 'node:assert/strict'
import {
  createFold,
  createProposer,
  isBatonError,
  openHub,
  openMemoryLog,
  readPages,
  type Actor,
  type BatonError,
  type Command,
  type ErrorCode,
  type Fact,
  type Hub,
  type HubOptions,
  type Log,
  type Receipt,
} from '../index.ts'
import { NEW_YEAR } from './test-hub.ts'

/** What had happened: an event, a command of the operator's, or a command of somebody else's. */
export type Given = Fact | Command | { readonly by: Actor; readonly command: Command }

/** What is asked, by whom and when. */
export interface When {
  /** Whom the next command is by; the operator, if nobody is named. */
  as: (actor: Actor) => When
  /** Where the clock stands, in milliseconds since 1970; the same for what was given. */
  at: (now: number) => When
  limits: (limits: NonNullable<HubOptions['limits']>) => When
  when: (command: unknown) => Then
}

/** What is expected of it. */
export interface Then {
  /** Exactly these events, in this order, with every field. */
  then: (events: readonly { type: string; stream: string; data: unknown }[]) => Promise<Outcome>
  /** Refused with this code, the log as it was. Returns the error, to look at its details. */
  thenRejects: (code: ErrorCode) => Promise<BatonError>
  /** Whatever follows, for a look of one's own. */
  outcome: () => Promise<Outcome>
}

/** What followed. */
export interface Outcome {
  readonly receipt: Receipt
  /** The streams that the newest commit relied on. */
  readonly on: readonly string[]
  /** The hub as it is now. */
  readonly hub: Hub
}

interface Setting {
  readonly actor: Actor
  /** Where what was given leaves it, if nothing is said. */
  readonly now?: number
  readonly limits: NonNullable<HubOptions['limits']>
}

/** A hub in memory in which these things have happened. */
export function given(...steps: readonly Given[]): When {
  return scenario((setting) => stage(steps, setting))
}

/** A hub with its history, and the log that it lies in. */
export interface Staged {
  readonly hub: Hub
  readonly log: Log
}

export type Stage = (setting: Setting) => Promise<Staged>

/** `stage` is called for each outcome: no two share a hub. */
export function scenario(stage: Stage, setting: Setting = { actor: { kind: 'operator' }, limits: {} }): When {
  return {
    as: (actor) => scenario(stage, { ...setting, actor }),
    at: (now) => scenario(stage, { ...setting, now }),
    limits: (limits) => scenario(stage, { ...setting, limits }),
    when: (command) => ({
      // oxlint-disable-next-line unicorn/no-thenable -- given, when, then: the word is worth it
      async then(events) {
        const outcome = await run(stage, setting, command)
        deepStrictEqual(
          outcome.receipt.events.map(({ type, stream, data }) => ({ type, stream, data })),
          JSON.parse(JSON.stringify(events)),
        )
        return outcome
      },
      async thenRejects(code) {
        const { hub, log } = await stage(setting)
        const before = await content(log)
        let refused: unknown
        try {
          await hub.as(setting.actor).send(command as Command)
        } catch (error) {
          refused = error
        }
        if (refused === undefined) fail(`accepted, where ${code} was expected`)
        if (!isBatonError(refused)) throw refused
        if (refused.code !== code) fail(`${refused.code} where ${code} was expected: ${refused.message}`)
        deepStrictEqual(await content(log), before, 'a refused command leaves the log as it was')
        return refused
      },
      outcome: () => run(stage, setting, command),
    }),
  }
}

async function run(stage: Stage, setting: Setting, command: unknown): Promise<Outcome> {
  const { hub, log } = await stage(setting)
  const receipt = await hub.as(setting.actor).send(command as Command)
  const last = (await content(log)).at(-1)
  const on = last === undefined ? [] : Object.keys((JSON.parse(last) as { on?: object }).on ?? {})
  return { receipt, on, hub }
}

async function stage(steps: readonly Given[], { now = NEW_YEAR, limits }: Setting): Promise<Staged> {
  const log = openMemoryLog()
  let ids = 0
  const parts: Parts = { clock: () => now, newId: () => `id-${++ids}`, durability: 'os' }
  const hub = await openHub({ ...parts, log, create: true, limits, sweepEvery: false })
  for (const step of steps) {
    if ('stream' in step) await append(log, step, parts)
    else if ('by' in step) await hub.as(step.by).send(step.command)
    else await hub.send(step)
  }
  return { hub, log }
}

interface Parts {
  readonly clock: () => number
  readonly newId: () => string
  readonly durability: 'os'
}

/** As some other writer would. */
async function append(log: Log, { stream, type, data }: Fact, parts: Parts): Promise<void> {
  const fold = createFold(log, { observe: (judged) => proposer.observe(judged), reset: () => undefined })
  const proposer = createProposer(log, fold, {
    patience: 1_000,
    maxCommitBytes: 4_194_304,
    maxCommitEvents: 2_000,
    ...parts,
  })
  await proposer.propose({
    decide: () => ({ by: { kind: 'operator' }, cmd: 'Given', on: {}, events: [{ s: stream, t: type, v: 1, d: data }] }),
    receipt: () => undefined,
  })
}

async function content(log: Log): Promise<string[]> {
  const lines: string[] = []
  for await (const page of readPages(log, 0)) for (const { line } of page) lines.push(line.toString('utf8'))
  return lines
}
