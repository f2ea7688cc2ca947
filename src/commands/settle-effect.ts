import { decideSettleEffect } from '../domain/rules/effects.ts'
import { oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Json } from './pieces.ts'

const schema = commandSchema('SettleEffect', () => ({
  runId: Id,
  effectId: Id,
  outcome: oneOf('ok', 'error', 'cancelled'),
  result: optional(Json),
}))

export type SettleEffect = CommandOf<typeof schema>

export const settleEffect = defineCommand(schema, {
  summary: 'Say how an effect of a run went',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'NOT_ALLOWED', 'UNKNOWN_EFFECT', 'INVALID_TRANSITION', 'PAYLOAD_TOO_LARGE'],
  decide: decideSettleEffect,
})
