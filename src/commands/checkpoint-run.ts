import { decideCheckpointRun } from '../domain/rules/start-run.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Json } from './pieces.ts'

const schema = commandSchema('CheckpointRun', () => ({
  runId: Id,
  label: Id,
  result: optional(Json),
}))

export type CheckpointRun = CommandOf<typeof schema>

export const checkpointRun = defineCommand(schema, {
  summary: "Keep a run's state as it is, to be merged on the way",
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCheckpointRun,
})
