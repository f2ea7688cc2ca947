import { decideSeedChildState } from '../domain/rules/seed.ts'
import { list, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Key, Values } from './pieces.ts'

const schema = commandSchema('SeedChildState', () => ({
  childRunId: Id,
  /** Of what the parent reads; `a` covers `a.b`. Without it, all. */
  keys: optional(list(Key)),
  values: optional(Values),
  exclude: optional(list(Key)),
}))

export type SeedChildState = CommandOf<typeof schema>

export const seedChildState = defineCommand(schema, {
  summary: 'Give a child run the state that it starts from',
  relies: ['session', 'run', 'work', 'state'],
  codes: ['NOT_A_CHILD', 'ALREADY_SEEDED', 'SEED_AFTER_START', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideSeedChildState,
})
