import * as z from 'zod/mini'
import { decideRegisterEffect } from '../domain/rules/effects.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('RegisterEffect', ({ Id, Short }) => ({
  runId: Id,
  effectId: Id,
  kind: z.optional(Short),
  label: z.optional(Short),
}))

export type RegisterEffect = CommandOf<typeof schema>

export const registerEffect = defineCommand(schema, {
  summary: "Name a piece of a run's work, for later runs to serve",
  relies: ['session', 'run'],
  codes: ['NOT_ALLOWED', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideRegisterEffect,
})
