import * as z from 'zod/mini'
import { decideCheckpointRun } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('CheckpointRun', ({ Id, Json }) => ({
  runId: Id,
  label: Id,
  result: z.optional(Json),
}))

export type CheckpointRun = CommandOf<typeof schema>

export const checkpointRun = defineCommand(schema, {
  summary: "Keep a run's state as it is, to be merged on the way",
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCheckpointRun,
})
