import { decideMergeChildResult } from '../domain/rules/merge-result.ts'
import { either, flag, object, oneOf, optional, record } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Json, Key } from './pieces.ts'

const Strategy = either(oneOf('fail', 'ours', 'theirs', 'append', 'deep', 'sum', 'max', 'min'), object({ set: Json }))

const schema = commandSchema('MergeChildResult', () => ({
  childRunId: Id,
  checkpoint: optional(Id),
  into: optional(oneOf('parent', 'session')),
  /** The key under which the run's result is kept. */
  resultAs: optional(Key),
  strategies: optional(record(Key, Strategy)),
  /** For the keys without a strategy of their own. */
  default: optional(Strategy),
  allowPartial: optional(flag()),
}))

export type MergeChildResult = CommandOf<typeof schema>

export const mergeChildResult = defineCommand(schema, {
  summary: 'Merge what a child run wrote into the state above it',
  relies: ['session', 'run', 'work', 'state'],
  codes: [
    'NOT_A_CHILD',
    'UNKNOWN_CHECKPOINT',
    'CHILD_NOT_SETTLED',
    'CHILD_NOT_SUCCEEDED',
    'MERGE_CONFLICT',
    'INVALID_TRANSITION',
    'NOT_ALLOWED',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideMergeChildResult,
})
