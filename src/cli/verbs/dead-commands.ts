/** What is done about dead letters. */
import type { CommandVerb } from '../command-verb.ts'
import { UsageError } from '../usage.ts'
import type { Answer, Line, Request, Verb } from '../verb.ts'

/** Of several letters each is a command of its own, in their order: what is refused is the first that was not done. */
const oneByOne = (verb: Verb): Verb => ({
  ...verb,
  more: 'Several are taken one after the other, up to the first that is refused; what was done before it is printed.',
  async run(request) {
    if (request.positionals.length === 1) return verb.run(request)
    if (request.given['key'] !== undefined)
      throw new UsageError('one key stands for one command', 'Name one message with it.')
    return { lines: each(verb, request) }
  },
})

async function* each(verb: Verb, request: Request): AsyncGenerator<Line> {
  for (const messageId of request.positionals) {
    const answer = (await verb.run({ ...request, positionals: [messageId] })) as Extract<Answer, { json: unknown }>
    if (request.given['quiet'] !== true) yield answer
    await answer.afterwards?.()
  }
}

export const deadCommands: readonly CommandVerb[] = [
  {
    name: 'dead requeue',
    command: 'RequeueDeadLetter',
    summary: 'Deliver a dead letter after all',
    args: ['messageId'],
    usage: '<message>...',
    as: oneByOne,
    about: { to: 'there, instead of where it was going' },
    examples: [
      'baton dead requeue 01J... --to reviewer --as operator',
      'baton dead requeue 01J... --mailbox session:coder --as operator',
      'baton dead requeue 01J... 01K... --to reviewer --as operator',
    ],
  },
  {
    name: 'dead discard',
    command: 'DiscardDeadLetter',
    summary: 'Give a dead letter up',
    args: ['messageId'],
    usage: '<message>...',
    as: oneByOne,
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'discarded' }),
    examples: [
      'baton dead discard 01J... --reason "said otherwise" --as operator',
      `baton dead discard 01J... --mailbox session:coder --as operator`,
      'baton dead discard 01J... 01K... --as operator',
    ],
  },
]
