import * as z from 'zod'
import { decideOpenTask } from '../domain/rules/tasks.ts'
import { Address, Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('OpenTask', {
  taskId: Id.optional(),
  title: Short.min(1),
  owner: Address.optional(),
  participants: z.array(Address).optional(),
})

export type OpenTask = z.infer<typeof schema>

export const openTask = defineCommand(schema, {
  summary: 'Open a task: a named scope with participants and at most one owner',
  relies: ['session', 'run', 'task'],
  codes: ['TASK_EXISTS', 'BAD_ADDRESS', 'AMBIGUOUS_ADDRESS', 'LIMIT_EXCEEDED'],
  decide: decideOpenTask,
})
