/** One random sequence of commands on two hubs that share a log, with every invariant looked at after each step. */
import { isDeepStrictEqual } from 'node:util'
import { commandCatalog } from '../../src/commands/catalog.ts'
import { isBatonError, type ErrorCode } from '../../src/errors.ts'
import { openHub, type Hub } from '../../src/hub.ts'
import type { Commit } from '../../src/log/commit.ts'
import { createFold } from '../../src/log/fold.ts'
import type { Log } from '../../src/log/log.ts'
import { openMemoryLog } from '../../src/log/memory.ts'
import type { SeenReplica as Replica } from './watched.ts'
import { NEW_YEAR } from '../../src/testing/test-hub.ts'
import { seeded } from '../support/random.ts'
import { must } from './books.ts'
import { chooser, OPERATOR, type Proposal } from './chooser.ts'
import { assertViews } from './invariants.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { readBy } from './ledger-state.ts'
import { propose } from './proposals.ts'
import { expireDue } from './propose-time.ts'
import { firstDifference, firstUnstorable, foldedAfresh } from './replicas.ts'
import { assertForeseen, assertGranted, assertReceipt, type Outcome } from './receipts.ts'
import { assertSwept, expectSweeps } from './sweeps.ts'
import { madeSince } from './watched.ts'

export interface Tally {
  sequences: number
  accepted: number
  refused: number
  readonly commands: Map<string, number>
  readonly codes: Map<string, number>
  readonly events: Map<string, number>
}

export const emptyTally = (): Tally => ({
  sequences: 0,
  accepted: 0,
  refused: 0,
  commands: new Map(),
  codes: new Map(),
  events: new Map(),
})

interface Stage {
  readonly log: Log
  readonly clock: { now: number }
  readonly hubs: readonly [Seen, Seen]
  readonly ledger: Ledger
  /** Brings the ledger to the end of the log. */
  readonly follow: () => Promise<void>
}

interface Seen {
  readonly hub: Hub
  readonly replica: Replica
}

/** Small enough to be met. */
const LIMITS = { inbox: 4, depth: 4, members: 6, payloadBytes: 1_000, valueBytes: 400, scopeBytes: 2_000 }

/** Mostly forward, sometimes not at all, sometimes back. */
const TICKS = [0, 1, 900, 2_000, 2_000, 15_000, -5_000]
/** Somebody has slept, or set the clock. */
const JUMPS = [3_600_000, 3_600_000, -3_600_000, 40 * 86_400_000]

/** What stands in the way of a command by right; anything else is a failure of the hub. */
const FAILURES: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'STORAGE_FAILED', 'LOG_DAMAGED', 'LOG_TOO_NEW'])

/** Each number decides one step, given what is there: a step that is left out leaves the others as they are. */
export async function play(seed: number, steps: readonly number[], tally: Tally): Promise<void> {
  const stage = await open(seed)
  const journal: string[] = []
  try {
    for (const [i, number] of steps.entries()) {
      await step(stage, number, tally, journal)
      const { hub, replica } = stage.hubs[i % 2 === 0 ? 0 : 1]
      await hub.catchUp()
      assertViews(replica, stage.ledger)
      if (number % 16 === 0) await assertRebuildable(stage)
    }
    await assertRebuildable(stage)
    for (const { replica } of stage.hubs) assertViews(replica, stage.ledger)
    for (const id of stage.ledger.runs.keys()) await assertReads(stage, id)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${journal.join('\n')}`, { cause: error })
  } finally {
    for (const { hub } of stage.hubs) await hub.close()
    await stage.log.close()
  }
  tally.sequences++
  for (const [type, count] of stage.ledger.counts) add(tally.events, type, count)
}

const add = (counts: Map<string, number>, name: string, count = 1): void =>
  void counts.set(name, (counts.get(name) ?? 0) + count)

async function open(seed: number): Promise<Stage> {
  const log = openMemoryLog()
  const clock = { now: NEW_YEAR }
  madeSince()
  // With few events to a commit, closing a session takes several.
  const limits = { ...LIMITS, commitEvents: seed % 3 === 0 ? 20 : 2_000 }
  // A hub closes its log: here that is left to whoever opened it.
  const shared: Log = { ...log, close: async () => undefined }
  const start = async (prefix: string): Promise<Seen> => {
    let ids = 0
    const newId = (): string => `${prefix}${++ids}`
    const hub = await openHub({
      log: shared,
      create: true,
      durability: 'os',
      limits,
      clock: () => clock.now,
      newId,
      sweepEvery: false,
    })
    const [replica] = madeSince()
    must(replica !== undefined, 'a hub makes a replica')
    return { hub, replica }
  }
  const hubs: [Seen, Seen] = [await start('a'), await start('b')]
  const ledger = openLedger()
  const fold = createFold(log, {
    observe(judged) {
      ledger.read(judged)
      if (judged.raises !== undefined) assertDeclared(judged.commit as Commit)
    },
    reset: () => undefined,
  })
  return { log, clock, hubs, ledger, follow: () => fold.catchUp() }
}

/** A command relies on no kind of stream beside those that its row names. */
function assertDeclared({ cmd, on }: Commit): void {
  const { relies } = commandCatalog[cmd as keyof typeof commandCatalog]
  for (const stream in on) {
    const kind = stream.slice(0, stream.indexOf('-'))
    must((relies as readonly string[]).includes(kind), `${cmd} relies on ${stream} without saying so`)
  }
}

async function step(stage: Stage, number: number, tally: Tally, journal: string[]): Promise<void> {
  const { clock, ledger, hubs } = stage
  const random = seeded(number)
  clock.now += random.below(150) === 0 ? random.pick(JUMPS) : random.pick(TICKS)
  ledger.since()
  const draw = () => propose(chooser(random, ledger, clock.now))
  const seen = random.pick(hubs)
  if (random.below(16) === 0) {
    const sweeper = chooser(random, ledger, clock.now)
    const sweeps = random.below(3) === 0 ? [expireDue(sweeper), expireDue(sweeper)] : []
    const proposals = [...sweeps.filter((each) => each !== undefined), draw(), draw()]
    await together(stage, [...proposals, ...(random.below(2) === 0 ? [draw()] : [])], tally, journal)
  } else {
    await alone(stage, seen, draw(), random.below(10), tally, journal)
  }
  const run = [...ledger.runs.keys()]
  if (run.length > 0) await assertReads(stage, random.pick(run))
}

async function send({ hub }: Seen, { actor, command }: Proposal, key?: string): Promise<Outcome> {
  try {
    return { receipt: await hub.as(actor).send(command, key === undefined ? {} : { key }) }
  } catch (error) {
    if (!isBatonError(error) || FAILURES.has(error.code)) throw error
    const { codes } = commandCatalog[command.type]
    must(
      (codes as readonly string[]).includes(error.code),
      `${command.type} does not list ${error.code}: ${error.message}`,
    )
    return { code: error.code }
  }
}

function note(outcome: Outcome, { actor, command }: Proposal, tally: Tally, journal: string[]): void {
  const who = actor.id === undefined ? actor.kind : `${actor.id}${actor.run === undefined ? '' : `/${actor.run}`}`
  const what = 'receipt' in outcome ? `at ${outcome.receipt.position}` : outcome.code
  journal.push(`${who}: ${JSON.stringify(command)} -> ${what}`)
  if ('receipt' in outcome) {
    tally.accepted++
    add(tally.commands, command.type)
  } else {
    tally.refused++
    add(tally.codes, outcome.code)
  }
}

/** One command, with the log as it was where it was refused, and the receipt as the log has it where it was not. */
async function alone(
  stage: Stage,
  seen: Seen,
  proposal: Proposal,
  mode: number,
  tally: Tally,
  journal: string[],
): Promise<void> {
  const { log, ledger, follow } = stage
  const { hub } = seen
  const [before, lines] = [ledger.position, await log.end()]
  expectSweeps(ledger, [proposal])
  const foreseen = mode === 0 ? await dryRun(hub, proposal) : undefined
  must((await log.end()) === lines, 'a dry run writes nothing')
  const key = mode === 1 ? `key-${journal.length}` : undefined
  const outcome = await send(seen, proposal, key)
  note(outcome, proposal, tally, journal)
  await follow()
  if (foreseen !== undefined) assertForeseen(foreseen, outcome)
  if ('code' in outcome) {
    must((await log.end()) === lines && ledger.position === before, 'a refused command leaves the log as it was')
    return
  }
  const { receipt } = outcome
  if (!receipt.duplicate) assertReceipt(receipt, ledger)
  assertGranted(proposal.command, receipt, stage.clock.now)
  must(ledger.position > before || receipt.commit !== undefined || (await log.end()) === lines, 'nothing is nothing')
  assertSwept(ledger, stage.clock.now, proposal)
  if (proposal.command.type === 'ExpireDue') await assertSweptOnce(stage, proposal)
  if (key === undefined) return
  const written = await log.end()
  const again = await send(seen, proposal, key)
  const { duplicate, steps: _steps, ...rest } = 'receipt' in again ? again.receipt : { duplicate: false }
  const { duplicate: _, steps: __, ...first } = receipt
  must(
    duplicate && isDeepStrictEqual(rest, first),
    `under its key it is done once: ${JSON.stringify([again, receipt])}`,
  )
  must((await log.end()) === written, 'what was done before writes nothing')
}

/** Doing it again does nothing. */
async function assertSweptOnce({ hubs, log, follow }: Stage, proposal: Proposal): Promise<void> {
  const end = await log.end()
  for (const seen of hubs) {
    const again = await send(seen, proposal)
    must('receipt' in again && again.receipt.commit === undefined, `there is no more to do: ${JSON.stringify(again)}`)
  }
  must((await log.end()) === end, 'a second sweep writes nothing')
  await follow()
}

async function dryRun(hub: Hub, { actor, command }: Proposal): Promise<readonly string[] | ErrorCode> {
  try {
    const { events } = await hub.as(actor).send(command, { dryRun: true })
    return events.map(({ type }) => type)
  } catch (error) {
    if (!isBatonError(error)) throw error
    return error.code
  }
}

/** Several at once, through both hubs: each decides on what it has seen. */
async function together(stage: Stage, proposals: readonly Proposal[], tally: Tally, journal: string[]): Promise<void> {
  const { ledger, hubs, follow } = stage
  ledger.concurrent = true
  expectSweeps(ledger, proposals)
  const outcomes = await Promise.all(proposals.map((proposal, i) => send(hubs[i % 2 === 0 ? 0 : 1], proposal)))
  for (const [i, outcome] of outcomes.entries()) note(outcome, proposals[i] as Proposal, tally, journal)
  journal.push(`(these ${proposals.length} at once)`)
  await follow()
  for (const { hub } of hubs) await hub.catchUp()
  ledger.concurrent = false
  // Whoever was closing it came to its own end in between: closing it again finishes it.
  for (const { id, status } of ledger.sessions.values()) {
    if (status !== 'closing') continue
    const command = { type: 'CloseSession', sessionId: id, outcome: 'lost' } as const
    must('receipt' in (await send(hubs[0], { actor: OPERATOR, command })), `closing session ${id} again finishes it`)
    journal.push(`(session ${id} was left half closed, and is closed now)`)
    await follow()
  }
  for (const [i, proposal] of proposals.entries()) {
    if ('receipt' in (outcomes[i] as Outcome)) assertSwept(ledger, stage.clock.now, proposal)
  }
}

/** What a hub has folded step by step is what anybody folds from the log, and can be stored. */
async function assertRebuildable({ log, hubs, ledger }: Stage): Promise<void> {
  const afresh = await foldedAfresh(log)
  for (const { hub, replica } of hubs) {
    await hub.catchUp()
    const difference = firstDifference(replica, afresh) ?? firstUnstorable(replica)
    must(difference === undefined, `views are what the log says, and JSON: ${difference}`)
    must(hub.head.position === ledger.position, `position ${hub.head.position} instead of ${ledger.position}`)
  }
}

/** An isolated run reads its seed and its own writes and nothing else. */
async function assertReads({ hubs, ledger }: Stage, id: string): Promise<void> {
  const run = ledger.runs.get(id)
  // Asked by a name that a session has too, the session answers.
  if (run === undefined || ledger.sessions.has(id)) return
  const { values } = await hubs[0].hub.state(id).get()
  const expected = Object.fromEntries(readBy(run, ledger))
  must(
    isDeepStrictEqual(values, expected),
    `run ${id} reads ${JSON.stringify(values)}, not ${JSON.stringify(expected)}`,
  )
}
