import * as z from 'zod/mini'
import { decideOpenTask } from '../domain/rules/tasks.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('OpenTask', ({ Address, Id, Short }) => ({
  taskId: z.optional(Id),
  title: Short.check(z.minLength(1)),
  owner: z.optional(Address),
  participants: z.optional(z.array(Address)),
}))

export type OpenTask = CommandOf<typeof schema>

export const openTask = defineCommand(schema, {
  summary: 'Open a task: participants, and at most one owner',
  relies: ['session', 'run', 'task'],
  codes: ['TASK_EXISTS', 'BAD_ADDRESS', 'AMBIGUOUS_ADDRESS', 'LIMIT_EXCEEDED'],
  decide: decideOpenTask,
})
