/**
 * An aggregate of your own in the same log as Baton's: a budget of tokens that two processes spend from, with Emmett's
 * CommandHandler. Its stream expects the version that the decision saw, so that nobody spends what is gone; whoever
 * loses the race decides again on the new state. Its events stand in the log beside Baton's, in one order with them.
 *
 *   npx tsx examples/own-aggregate.ts
 */
import { fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CommandHandler, type Event } from '@event-driven-io/emmett'
import { openHub, type Hub } from 'agent-baton'

const BUDGET = 'budget-parser'
const AGENTS = ['ann', 'bob']
const SHARE = 40

// ---- the aggregate: events, state, evolve, decide

type BudgetEvent =
  | Event<'BudgetGranted', { tokens: number }>
  | Event<'TokensSpent', { tokens: number; by: string }>
  | Event<'SpendingRefused', { tokens: number; by: string }>

interface Budget {
  readonly left: number
}

function evolve({ left }: Budget, event: BudgetEvent): Budget {
  if (event.type === 'BudgetGranted') return { left: left + event.data.tokens }
  return event.type === 'TokensSpent' ? { left: left - event.data.tokens } : { left }
}

const spend =
  (tokens: number, by: string) =>
  ({ left }: Budget): BudgetEvent => ({
    type: tokens <= left ? 'TokensSpent' : 'SpendingRefused',
    data: { tokens, by },
  })

/** Decides again where another process was faster. */
const handle = CommandHandler<Budget, BudgetEvent>({
  evolve,
  initialState: () => ({ left: 0 }),
  retry: { onVersionConflict: { retries: 50, minTimeout: 1, maxTimeout: 20 } },
})

// ---- two processes that spend more together than there is

async function agent(name: string, hub: Hub): Promise<void> {
  await hub.send({ type: 'SendMessage', to: 'operator', body: 'I am here' })
  await hub.until(async () => ((await hub.eventStore.streamExists(BUDGET)) ? true : undefined))
  for (let turn = 0; turn < SHARE; turn++) await handle(hub.eventStore, BUDGET, spend(1, name))
}

async function operator(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  const hub = await openHub({ dir, create: true })
  for (const sessionId of AGENTS) await hub.send({ type: 'OpenSession', sessionId })
  const agents = Promise.all(AGENTS.map((name) => runAs(name, dir)))
  // They begin together, when there is something to spend.
  const isHere = async () => ((await hub.inbox('operator').count()) === AGENTS.length ? true : undefined)
  await Promise.race([hub.until(isHere), agents])
  await handle(hub.eventStore, BUDGET, () => ({ type: 'BudgetGranted', data: { tokens: 50 } }))
  await agents

  const { state } = await hub.eventStore.aggregateStream<Budget, BudgetEvent>(BUDGET, {
    evolve,
    initialState: () => ({ left: 0 }),
  })
  console.log(`two processes wanted ${AGENTS.length * SHARE} of 50 tokens; ${state.left} are left`)
  const counts: Record<string, number> = {}
  for await (const { type, stream } of hub.log()) {
    // Yours live under `x-`, out of reach of Baton's own.
    const name = stream.startsWith('x-') ? `yours: ${type}` : `Baton's: ${type}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  for (const name of Object.keys(counts).toSorted()) console.log(`  ${counts[name]} ${name}`)
  const { void: lost } = await hub.verify()
  console.log(`${lost['conflict'] ?? 0} decisions came too late and were made again`)
  await hub.close()
}

/** This file again, as another process. */
const runAs = (name: string, dir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => (code === 0 ? resolve() : reject(new Error(`${name} failed`)))
    fork(import.meta.filename, [name, dir]).once('exit', ended)
  })

const [, , role, hubDir] = process.argv
if (role === undefined || hubDir === undefined) {
  await operator()
} else {
  const hub = await openHub({ dir: hubDir, actor: { kind: 'session', id: role } })
  await agent(role, hub)
  await hub.close()
}

/* Prints
two processes wanted 80 of 50 tokens; 0 are left
  2 Baton's: MessageDelivered
  2 Baton's: MessageSent
  2 Baton's: SessionOpened
  1 yours: BudgetGranted
  30 yours: SpendingRefused
  50 yours: TokensSpent
... decisions came too late and were made again
*/
