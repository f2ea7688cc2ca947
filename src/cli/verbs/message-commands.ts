/** Messages: sent, answered, acknowledged. */
import type { CommandVerb } from '../command-verb.ts'
import { UsageError } from '../usage.ts'
import type { Request } from '../verb.ts'

const message = { inReplyTo: 'reply-to', replyBy: 'reply-within', expiresAt: 'expires' }

/** A message may be all subject, or all data; but it has to say something. */
function body({ positionals, given }: Request): { body?: string } {
  if ((positionals[1] ?? '') !== '') return {}
  if (given['subject'] === undefined && given['data'] === undefined) {
    throw new UsageError('there is nothing to say', 'Give a text, - to read it from stdin, a --subject, or --data.')
  }
  return { body: '' }
}

export const messageCommands: readonly CommandVerb[] = [
  {
    name: 'send',
    command: 'SendMessage',
    summary: 'Send a message to one mailbox',
    args: ['to', 'body?'],
    shown: { to: 'address', body: 'text' },
    called: message,
    fixed: body,
    examples: [
      'baton send coder "please review #12" --task t1 --as planner',
      'baton send session:coder - --as planner < notes.md',
      'baton send owner@task:t1 "which schema?" --reply-within 30s --as planner',
    ],
  },
  {
    name: 'reply',
    command: 'SendMessage',
    summary: 'Answer a message; whoever waits for the answer gets it',
    args: ['inReplyTo', 'body?'],
    shown: { inReplyTo: 'message', body: 'text' },
    called: message,
    fixed: body,
    about: { to: 'to somebody else than its sender' },
    examples: [
      'baton reply 01J... "done" --as coder',
      `baton reply 01J... - --data @report.json --as coder < notes.md`,
    ],
  },
  {
    name: 'broadcast',
    command: 'Broadcast',
    summary: 'Send a message to every member of a set',
    args: ['to', 'body?'],
    shown: { to: 'set', body: 'text' },
    called: message,
    fixed: body,
    examples: [
      'baton broadcast task:t1 "the build is green" --as planner',
      `baton broadcast group:reviewers "stop, please" --require-all --as planner`,
    ],
  },
  {
    name: 'ack',
    command: 'AcknowledgeMessage',
    summary: 'Say that messages were taken care of',
    args: ['messageIds...'],
    examples: ['baton ack 01J... 01K... --as coder'],
  },
]
