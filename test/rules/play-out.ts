/**
 * A case on a log of its own: for what takes time between what was given and what is asked, and for what takes several
 * commits, each of which relies on something.
 */
import {
  createFold,
  createProposer,
  openMemoryLog,
  readPages,
  type Actor,
  type Command,
  type Fact,
  type Hub,
  type HubOptions,
  type Log,
  type Receipt,
} from '../../src/index.ts'
import { testHub, type Given } from '../../src/testing/index.ts'

export interface Setting {
  readonly given?: readonly Given[]
  readonly as?: Actor
  readonly limits?: NonNullable<HubOptions['limits']>
  readonly when: unknown
  /** Where the clock stands when it is asked. */
  readonly now: number
  /** How long before that all that was given happened, in milliseconds. */
  readonly passed?: number
}

export interface Played {
  readonly hub: Hub
  readonly receipt: Receipt
  /** What each of its commits relied on. */
  readonly relied: readonly (readonly string[])[]
}

export interface Staged {
  readonly hub: Hub
  readonly log: Log
}

export async function stageOut({ given = [], limits = {}, now, passed = 0 }: Omit<Setting, 'when'>): Promise<Staged> {
  const log = openMemoryLog()
  const { hub, clock } = await testHub({ log, limits, now: now - passed })
  for (const step of given) {
    // oxlint-disable-next-line no-await-in-loop -- in order
    if ('stream' in step) await append(log, step, clock.now)
    // oxlint-disable-next-line no-await-in-loop -- in order
    else await ('by' in step ? hub.as(step.by).send(step.command) : hub.send(step))
  }
  clock.now = now
  await hub.catchUp()
  return { hub, log }
}

export async function playOut(setting: Setting): Promise<Played> {
  const { hub, log } = await stageOut(setting)
  const before = (await linesOf(log)).length
  const receipt = await hub.as(setting.as ?? { kind: 'operator' }).send(setting.when as Command)
  const commits = (await linesOf(log)).slice(before).map((line) => JSON.parse(line) as { on?: object })
  return { hub, receipt, relied: commits.map(({ on = {} }) => Object.keys(on)) }
}

export async function linesOf(log: Log): Promise<string[]> {
  const lines: string[] = []
  for await (const page of readPages(log, 0)) for (const { line } of page) lines.push(line.toString('utf8'))
  return lines
}

let appended = 0

/** As some other writer would. */
async function append(log: Log, { stream, type, data }: Fact, now: number): Promise<void> {
  const fold = createFold(log, { observe: (judged) => proposer.observe(judged), reset: () => undefined })
  const proposer = createProposer(log, fold, {
    patience: 1_000,
    maxCommitBytes: 4_194_304,
    maxCommitEvents: 2_000,
    clock: () => now,
    newId: () => `given-${++appended}`,
    durability: 'os',
  })
  await proposer.propose({
    decide: () => ({ by: { kind: 'operator' }, cmd: 'Given', on: {}, events: [{ s: stream, t: type, v: 1, d: data }] }),
    receipt: () => undefined,
  })
}
