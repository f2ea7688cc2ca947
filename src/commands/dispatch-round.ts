import * as z from 'zod/mini'
import { decideDispatchRound } from '../domain/rules/rounds.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('DispatchRound', ({ Address, GroupName, Id, Instant, Json, LeaseMs }) => ({
  group: GroupName,
  items: z
    .array(
      z.strictObject({
        itemId: Id,
        /** Settled by the run's end. */
        run: z.optional(Id),
        /** Settled by the session. */
        session: z.optional(Address),
        /** `<run>/<effect>`: settled with the effect. */
        effect: z.optional(z.string().check(z.minLength(1))),
        /** What is to be done: a text, or any JSON. */
        payload: z.optional(Json),
      }),
    )
    .check(z.minLength(1)),
  /** When the round is decided: all of them (the default), any one, a quorum of successes, or all settled somehow. */
  fanIn: z.optional(
    z.strictObject({
      mode: z.enum(['all', 'any', 'quorum', 'settled']),
      quorum: z.optional(z.int().check(z.minimum(1))),
      deadline: z.optional(Instant),
      withinMs: z.optional(LeaseMs),
    }),
  ),
}))

export type DispatchRound = CommandOf<typeof schema>

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
