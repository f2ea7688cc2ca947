import * as z from 'zod/mini'
import { decideSettleEffect } from '../domain/rules/effects.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('SettleEffect', ({ Id, Json }) => ({
  runId: Id,
  effectId: Id,
  outcome: z.enum(['ok', 'error', 'cancelled']),
  result: z.optional(Json),
}))

export type SettleEffect = CommandOf<typeof schema>

export const settleEffect = defineCommand(schema, {
  summary: 'Say how an effect of a run went',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'NOT_ALLOWED', 'UNKNOWN_EFFECT', 'INVALID_TRANSITION', 'PAYLOAD_TOO_LARGE'],
  decide: decideSettleEffect,
})
