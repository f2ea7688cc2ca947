import { decideRegisterEffect } from '../domain/rules/effects.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('RegisterEffect', () => ({
  runId: Id,
  effectId: Id,
  kind: optional(Short),
  label: optional(Short),
}))

export type RegisterEffect = CommandOf<typeof schema>

export const registerEffect = defineCommand(schema, {
  summary: "Name a piece of a run's work, for later runs to serve",
  relies: ['session', 'run'],
  codes: ['NOT_ALLOWED', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideRegisterEffect,
})
