/** Hubs in processes of their own (worker-agent.mjs), and what they are told to do. */
import path from 'node:path'
import type { Command } from '../../src/commands/catalog.ts'
import type { Receipt } from '../../src/index.ts'
import type { Limits } from '../../src/domain/limits.ts'
import { openHub, type Hub } from '../../src/hub.ts'
import type { Actor } from '../../src/log/commit.ts'
import type { Durability } from '../../src/log/durability.ts'
import { children, type Child } from './children.ts'
import { scratch } from './scratch.ts'

export interface AgentOptions {
  readonly actor?: Actor
  readonly durability?: Durability
  readonly limits?: Partial<Limits>
}

export interface Step {
  /** In whose name, if not the agent's own. */
  readonly as?: Actor
  readonly command?: Command
  /** Instead of a command: acknowledges what that step of the same list has sent. */
  readonly acknowledge?: number
  readonly key?: string
}

export type Outcome =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly code: string; readonly details?: Record<string, unknown> }

export interface Agent {
  readonly process: Child['process']
  readonly ended: Child['ended']
  /** One step after the other. */
  each: (steps: readonly Step[]) => Promise<readonly Outcome[]>
  /** All steps at once. */
  together: (steps: readonly Step[]) => Promise<readonly Outcome[]>
  /** Sends so many messages, in order; answers how often there was no room. */
  write: (to: string, count: number) => Promise<number>
  /** Acknowledges all that comes from now on, and notes it in a file. */
  receive: (notes: string) => Promise<void>
  /** Resolves with the exit code. */
  close: () => Promise<number | null>
}

export interface Place {
  readonly dir: string
  /** A hub of the test's own, in the operator's name. */
  readonly hub: Hub
}

export const sessionActor = (id: string): Actor => ({ kind: 'session', id })

/** Gives places where agents meet; what a test leaves behind is closed, killed and removed. */
export function agents(): {
  place: (limits?: Partial<Limits>) => Promise<Place>
  start: (dir: string, options?: AgentOptions) => Promise<Agent>
} {
  const dir = scratch()
  const start = children()
  return {
    async place(limits = {}) {
      const hubDir = path.join(dir(), '.baton')
      return { dir: hubDir, hub: await openHub({ dir: hubDir, create: true, durability: 'os', limits }) }
    },
    async start(hubDir, options = {}) {
      return agentOf(await start('worker-agent.mjs', [JSON.stringify({ dir: hubDir, ...options })]))
    },
  }
}

function agentOf(child: Child): Agent {
  async function tell<Answer>(message: object): Promise<Answer> {
    const answer = await child.ask<Answer & { readonly error?: string }>(message)
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }
  return {
    process: child.process,
    ended: child.ended,
    each: async (steps) => (await tell<{ outcomes: Outcome[] }>({ run: 'each', steps })).outcomes,
    together: async (steps) => (await tell<{ outcomes: Outcome[] }>({ run: 'together', steps })).outcomes,
    write: async (to, count) => (await tell<{ full: number }>({ run: 'write', to, count })).full,
    async receive(notes) {
      await tell({ run: 'receive', notes })
    },
    close() {
      child.process.send({ run: 'close' })
      return child.ended
    },
  }
}

/** `accepted`, or the code that it was refused with. */
export const fateOf = (outcome: Outcome): string => (outcome.ok ? 'accepted' : outcome.code)

export function tallyOf(fates: Iterable<string>): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const fate of fates) tally[fate] = (tally[fate] ?? 0) + 1
  return tally
}
