import { decideSetState } from '../domain/rules/set-state.ts'
import { list, oneOf, optional, record } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Epoch, Id, Key, Values } from './pieces.ts'

const schema = commandSchema('SetState', () => ({
  scope: oneOf('session', 'run'),
  id: Id,
  set: optional(Values),
  remove: optional(list(Key)),
  /** The versions that the keys must have; 0 is not there. */
  expect: optional(record(Key, Epoch)),
}))

export type SetState = CommandOf<typeof schema>

export const setState = defineCommand(schema, {
  summary: 'Write shared state of a session tree or a run',
  relies: ['session', 'run', 'state', 'work'],
  codes: ['NOT_ALLOWED', 'STATE_VERSION', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideSetState,
})
