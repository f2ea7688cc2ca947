/** Processes that keep leases, ask, answer and sweep (worker-keeper.mjs), and what they are told to do. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import type { Actor } from '../../src/log/commit.ts'
import type { Durability } from '../../src/log/durability.ts'
import type { MessageView } from '../../src/queries/inbox.ts'
import type { LoggedEvent } from '../../src/queries/reading.ts'
import type { Outcome, Place, Step } from './agents.ts'
import { children, type Child } from './children.ts'
import { scratch } from './scratch.ts'

export interface KeeperOptions {
  readonly actor?: Actor
  readonly durability?: Durability
  /** Its timer; without it nothing expires by its doing. */
  readonly sweepEvery?: number
}

export type Answer =
  | { readonly ok: true; readonly reply: MessageView }
  | { readonly ok: false; readonly code: string; readonly details?: Record<string, unknown> }

export interface Keeper {
  readonly process: Child['process']
  readonly ended: Child['ended']
  /** One step after the other, from a moment on. */
  each: (steps: readonly Step[], at?: number) => Promise<readonly Outcome[]>
  sweep: (at?: number) => Promise<void>
  keep: (name: string, what: { run: string } | { session: string }, leaseMs: number) => Promise<void>
  stop: (name: string) => Promise<void>
  /** The code of what ended the lease; resolves once it has ended. */
  lost: (name: string) => Promise<string>
  /** Asks, and goes on: the outcome is fetched later. */
  request: (name: string, message: object, replyWithin: string, key?: string) => Promise<void>
  outcome: (name: string, ack?: 'ack') => Promise<Answer>
  /** Asks so often, several at once, and acknowledges each answer; what was not as expected. */
  ask: (to: string, count: number, atOnce: number) => Promise<readonly unknown[]>
  /** From now on replies so often to each request. */
  answer: (replies: number) => Promise<void>
  dieBeforeWrite: (nth: number) => Promise<void>
  /** Tells it without waiting for an answer. */
  tell: (message: object) => void
  close: () => Promise<number | null>
}

/** Gives places, and processes that meet there; what a test leaves behind is killed and removed. */
export function keepers(): {
  place: () => Promise<Place>
  start: (dir: string, options?: KeeperOptions) => Promise<Keeper>
} {
  const dir = scratch()
  const start = children()
  return {
    /** The test's own hub lets nothing expire. */
    async place() {
      const hubDir = path.join(dir(), '.baton')
      return { dir: hubDir, hub: await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false }) }
    },
    async start(hubDir, options = {}) {
      return keeperOf(await start('worker-keeper.mjs', [JSON.stringify({ dir: hubDir, ...options })]))
    },
  }
}

function keeperOf(child: Child): Keeper {
  async function tell<Result>(message: object): Promise<Result> {
    const answer = await child.ask<Result & { readonly error?: string }>(message)
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }
  return {
    process: child.process,
    ended: child.ended,
    each: async (steps, at) => (await tell<{ outcomes: Outcome[] }>({ run: 'each', steps, at })).outcomes,
    sweep: (at) => tell({ run: 'sweep', at }),
    keep: (name, what, leaseMs) => tell({ run: 'keep', name, what, leaseMs }),
    stop: (name) => tell({ run: 'stop', name }),
    lost: async (name) => (await tell<{ code: string }>({ run: 'lost', name })).code,
    request: (name, message, replyWithin, key) => tell({ run: 'request', name, message, replyWithin, key }),
    outcome: (name, ack) => tell({ run: 'outcome', name, ack: ack !== undefined }),
    ask: async (to, count, atOnce) => (await tell<{ wrong: unknown[] }>({ run: 'ask', to, count, atOnce })).wrong,
    answer: (replies) => tell({ run: 'answer', replies }),
    dieBeforeWrite: (nth) => tell({ run: 'dieBeforeWrite', nth }),
    tell: (message) => void child.process.send(message),
    close() {
      child.process.send({ run: 'close' })
      return child.ended
    },
  }
}

export async function closeAll(all: readonly Keeper[]): Promise<void> {
  expect(await Promise.all(all.map((keeper) => keeper.close()))).toEqual(all.map(() => 0))
}

/** Whatever waits so long waits for ever. */
const STALL_MS = 30_000

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + STALL_MS; !(await condition()); await sleep(5)) {
    if (performance.now() > end) expect.unreachable('it stands still')
  }
}

/** An event whose data is what the test takes it to be. */
export type Logged = Omit<LoggedEvent, 'data'> & { readonly data: Readonly<Record<string, any>> }

export async function logOf(hub: Hub, after = 0): Promise<Logged[]> {
  const events: Logged[] = []
  for await (const event of hub.log({ after })) events.push(event as Logged)
  return events
}

/** How often each thing happened, of those that say something of it. */
export function tallied(
  events: readonly Logged[],
  nameOf: (event: Logged) => string | undefined,
): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const event of events) {
    const name = nameOf(event)
    if (name !== undefined) tally[name] = (tally[name] ?? 0) + 1
  }
  return tally
}
