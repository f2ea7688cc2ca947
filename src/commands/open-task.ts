import { decideOpenTask } from '../domain/rules/tasks.ts'
import { list, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, Id, Label } from './pieces.ts'

const schema = commandSchema('OpenTask', () => ({
  taskId: optional(Id),
  title: Label,
  owner: optional(Address),
  participants: optional(list(Address)),
}))

export type OpenTask = CommandOf<typeof schema>

export const openTask = defineCommand(schema, {
  summary: 'Open a task: participants, and at most one owner',
  relies: ['session', 'run', 'task'],
  codes: ['TASK_EXISTS', 'BAD_ADDRESS', 'AMBIGUOUS_ADDRESS', 'LIMIT_EXCEEDED'],
  decide: decideOpenTask,
})
