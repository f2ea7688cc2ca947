import * as z from 'zod'
import { decideDispatchRound } from '../domain/rules/rounds.ts'
import { Address, GroupName, Id, Instant, Json, LeaseMs, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('DispatchRound', {
  group: GroupName,
  items: z
    .array(
      z.strictObject({
        itemId: Id,
        /** Settled by the run's end. */
        run: Id.optional(),
        /** Settled by the session. */
        session: Address.optional(),
        /** `<run>/<effect>`: settled with the effect. */
        effect: z.string().min(1).optional(),
        /** What is to be done: a text, or any JSON. */
        payload: Json.optional(),
      }),
    )
    .min(1),
  /** When the round is decided: all of them (the default), any one, a quorum of successes, or all settled somehow. */
  fanIn: z
    .strictObject({
      mode: z.enum(['all', 'any', 'quorum', 'settled']),
      quorum: z.number().int().min(1).optional(),
      deadline: Instant.optional(),
      withinMs: LeaseMs.optional(),
    })
    .optional(),
})

export type DispatchRound = z.infer<typeof schema>

export const dispatchRound = defineCommand(schema, {
  summary: 'Fan work out, to come back in as it is settled',
  relies: ['session', 'run', 'group'],
  codes: [
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'AMBIGUOUS_ADDRESS',
    'NOT_COORDINATOR',
    'ROUND_OPEN',
    'BAD_ADDRESS',
    'UNKNOWN_EFFECT',
    'UNRELATED',
    'INVALID_TRANSITION',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideDispatchRound,
})
