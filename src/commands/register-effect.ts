import type * as z from 'zod'
import { decideRegisterEffect } from '../domain/rules/effects.ts'
import { Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('RegisterEffect', {
  runId: Id,
  effectId: Id,
  kind: Short.optional(),
  label: Short.optional(),
})

export type RegisterEffect = z.infer<typeof schema>

export const registerEffect = defineCommand(schema, {
  summary: "Name a piece of a run's work, for later runs to serve",
  relies: ['session', 'run'],
  codes: ['NOT_ALLOWED', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideRegisterEffect,
})
