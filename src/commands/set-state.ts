import * as z from 'zod/mini'
import { decideSetState } from '../domain/rules/set-state.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('SetState', ({ Epoch, Id, Key, Values }) => ({
  scope: z.enum(['session', 'run']),
  id: Id,
  set: z.optional(Values),
  remove: z.optional(z.array(Key)),
  /** The versions that the keys must have; 0 is not there. */
  expect: z.optional(z.record(Key, Epoch)),
}))

export type SetState = CommandOf<typeof schema>

export const setState = defineCommand(schema, {
  summary: 'Write shared state of a session tree or a run',
  relies: ['session', 'run', 'state', 'work'],
  codes: ['NOT_ALLOWED', 'STATE_VERSION', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideSetState,
})
