/** What is done about dead letters. */
import { commandVerb, type CommandVerb } from '../command-verb.ts'
import type { Verb } from '../verb.ts'

const table: readonly CommandVerb[] = [
  {
    name: 'dead requeue',
    command: 'RequeueDeadLetter',
    summary: 'Deliver a dead letter after all',
    args: ['messageId'],
    about: { to: 'there, instead of where it was going' },
    examples: [
      'baton dead requeue 01J... --to reviewer --as operator',
      'baton dead requeue 01J... --mailbox session:coder --as operator',
    ],
  },
  {
    name: 'dead discard',
    command: 'DiscardDeadLetter',
    summary: 'Give a dead letter up',
    args: ['messageId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'discarded' }),
    examples: [
      'baton dead discard 01J... --reason "said otherwise" --as operator',
      `baton dead discard 01J... --mailbox session:coder --as operator`,
    ],
  },
]

export const deadCommands: readonly Verb[] = table.map(commandVerb)
