import type * as z from 'zod'
import { decideCheckpointRun } from '../domain/rules/start-run.ts'
import { Id, Json, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('CheckpointRun', {
  runId: Id,
  label: Id,
  result: Json.optional(),
})

export type CheckpointRun = z.infer<typeof schema>

export const checkpointRun = defineCommand(schema, {
  summary: "Keep a run's state as it is, to be merged on the way",
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCheckpointRun,
})
