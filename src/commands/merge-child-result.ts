import * as z from 'zod/mini'
import { decideMergeChildResult } from '../domain/rules/merge-result.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import type { Pieces } from './pieces.ts'

const strategy = (Json: Pieces['Json']) =>
  z.union([z.enum(['fail', 'ours', 'theirs', 'append', 'deep', 'sum', 'max', 'min']), z.strictObject({ set: Json })])

const schema = commandSchema('MergeChildResult', ({ Id, Json, Key }) => ({
  childRunId: Id,
  checkpoint: z.optional(Id),
  into: z.optional(z.enum(['parent', 'session'])),
  /** The key under which the run's result is kept. */
  resultAs: z.optional(Key),
  strategies: z.optional(z.record(Key, strategy(Json))),
  /** For the keys without a strategy of their own. */
  default: z.optional(strategy(Json)),
  allowPartial: z.optional(z.boolean()),
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
