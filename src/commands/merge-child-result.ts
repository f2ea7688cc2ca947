import * as z from 'zod'
import { decideMergeChildResult } from '../domain/rules/merge-result.ts'
import { Id, Json, Key, commandSchema, defineCommand } from './define.ts'

const Strategy = z.union([
  z.enum(['fail', 'ours', 'theirs', 'append', 'deep', 'sum', 'max', 'min']),
  z.strictObject({ set: Json }),
])

const schema = commandSchema('MergeChildResult', {
  childRunId: Id,
  checkpoint: Id.optional(),
  into: z.enum(['parent', 'session']).optional(),
  /** The key under which the run's result is kept. */
  resultAs: Key.optional(),
  strategies: z.record(Key, Strategy).optional(),
  /** For the keys without a strategy of their own. */
  default: Strategy.optional(),
  allowPartial: z.boolean().optional(),
})

export type MergeChildResult = z.infer<typeof schema>

export const mergeChildResult = defineCommand(schema, {
  summary: "Merge what a child run wrote into its parent's state, or the session's",
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
