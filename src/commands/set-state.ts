import * as z from 'zod'
import { decideSetState } from '../domain/rules/set-state.ts'
import { Epoch, Id, Key, Values, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('SetState', {
  scope: z.enum(['session', 'run']),
  id: Id,
  set: Values.optional(),
  remove: z.array(Key).optional(),
  /** The versions that the keys must have; 0 is not there. */
  expect: z.record(Key, Epoch).optional(),
})

export type SetState = z.infer<typeof schema>

export const setState = defineCommand(schema, {
  summary: 'Write shared state of a session tree or a run',
  relies: ['session', 'run', 'state', 'work'],
  codes: ['NOT_ALLOWED', 'STATE_VERSION', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideSetState,
})
