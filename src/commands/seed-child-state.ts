import * as z from 'zod/mini'
import { decideSeedChildState } from '../domain/rules/seed.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('SeedChildState', ({ Id, Key, Values }) => ({
  childRunId: Id,
  /** Of what the parent reads; `a` covers `a.b`. Without it, all. */
  keys: z.optional(z.array(Key)),
  values: z.optional(Values),
  exclude: z.optional(z.array(Key)),
}))

export type SeedChildState = CommandOf<typeof schema>

export const seedChildState = defineCommand(schema, {
  summary: 'Give a child run the state that it starts from',
  relies: ['session', 'run', 'work', 'state'],
  codes: ['NOT_A_CHILD', 'ALREADY_SEEDED', 'SEED_AFTER_START', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideSeedChildState,
})
