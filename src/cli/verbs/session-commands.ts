/** Sessions: opened, closed, kept alive. */
import type { CommandVerb } from '../command-verb.ts'

export const sessionCommands: readonly CommandVerb[] = [
  {
    name: 'session open',
    command: 'OpenSession',
    summary: 'Open a session: an agent seat with a mailbox',
    args: ['sessionId?'],
    called: { parentSessionId: 'parent' },
    examples: [
      'baton session open planner --label "the planner" --as operator',
      'baton session open coder --parent planner --lease 2m --as planner',
    ],
  },
  {
    name: 'session close',
    command: 'CloseSession',
    summary: 'Close a session: mail and tasks go to its successor',
    args: ['sessionId'],
    called: { successorId: 'successor' },
    about: { outcome: 'done if not given', force: 'its live runs fail as lost' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'done' }),
    examples: [
      'baton session close coder --successor reviewer --as coder',
      'baton session close coder --outcome lost --as operator',
    ],
  },
  {
    name: 'session reopen',
    command: 'ReopenSession',
    summary: 'Open a closed session again',
    args: ['sessionId'],
    examples: ['baton session reopen coder --as operator', `baton session reopen coder --dry-run --as operator`],
  },
  {
    name: 'session renew',
    command: 'RenewLease',
    summary: 'Say that a session is still alive',
    args: ['sessionId'],
    hides: ['runId'],
    examples: ['baton session renew coder --as coder', `baton session renew coder --lease 5m --as coder`],
  },
]
