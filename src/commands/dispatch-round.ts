import { decideDispatchRound } from '../domain/rules/rounds.ts'
import { list, object, oneOf, optional, whole } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, GroupName, Id, Instant, Json, LeaseMs } from './pieces.ts'

const schema = commandSchema('DispatchRound', () => ({
  group: GroupName,
  items: list(
    object({
      itemId: Id,
      /** Settled by the run's end. */
      run: optional(Id),
      /** Settled by the session. */
      session: optional(Address),
      /** `<run>/<effect>`: settled with the effect. */
      effect: optional(Address),
      /** What is to be done: a text, or any JSON. */
      payload: optional(Json),
    }),
    { min: 1 },
  ),
  /** When the round is decided: all of them (the default), any one, a quorum of successes, or all settled somehow. */
  fanIn: optional(
    object({
      mode: oneOf('all', 'any', 'quorum', 'settled'),
      quorum: optional(whole({ from: 1 })),
      deadline: optional(Instant),
      withinMs: optional(LeaseMs),
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
