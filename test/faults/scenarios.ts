/** What a writer does while something goes wrong: short, and with every kind of file operation in it. */
import path from 'node:path'
import { expect } from 'vitest'
import { readOperations, shimEnv, type Operation } from './shim.ts'
import type { Ack, writers, WriterOptions } from './writers.ts'

export type Scenario = Omit<WriterOptions, 'dir'> & { readonly name: string }

/** Founding, opening, appending one by one and three at once, closing; then much the same on a hub that is there. */
export const SCENARIOS: readonly Scenario[] = (['disk', 'os'] as const).flatMap((durability) => [
  { name: `a new hub, ${durability}`, create: true, durability, number: 6, together: 3 },
  { name: `a hub with history, ${durability}`, durability, number: 5, together: 2, contend: true },
])

export interface Stage {
  /** What the shim looks at. */
  readonly around: string
  readonly hub: string
  /** What was acknowledged before. */
  readonly acks: readonly Ack[]
}

export interface Theatre {
  readonly dir: () => string
  readonly start: ReturnType<typeof writers>
}

/** A place for one run. */
export async function stage({ dir, start }: Theatre, { create }: Scenario): Promise<Stage> {
  const around = dir()
  const hub = path.join(around, '.baton')
  if (create === true) return { around, hub, acks: [] }
  const writer = start({ dir: hub, me: 'earlier', create: true, number: 3 })
  await writer.ended
  return { around, hub, acks: writer.acks }
}

/** The operations of a run in which nothing goes wrong. */
export async function operationsOf(theatre: Theatre, scenario: Scenario): Promise<Operation[]> {
  const { around, hub } = await stage(theatre, scenario)
  const counted = path.join(theatre.dir(), 'operations')
  const writer = theatre.start({ ...scenario, dir: hub }, shimEnv({ dir: around, plan: `count:${counted}` }))
  await writer.ended
  expect(writer.said).toEqual(['open', 'closed'])
  return readOperations(counted)
}

/** A death before, amid and after each of them. */
export function killPlans(operations: readonly Operation[]): string[] {
  const writes = operations.filter(({ kind }) => kind === 'write')
  return [
    ...operations.map(({ n }) => `kill-before:${n}`),
    ...writes.map((_, nth) => `kill-mid@write:${nth + 1}`),
    ...operations.map(({ n }) => `kill-after:${n}`),
  ]
}
