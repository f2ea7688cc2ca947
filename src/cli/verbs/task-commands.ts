/** Tasks: opened, owned, handed over. */
import type { CommandVerb } from '../command-verb.ts'

const epoch = { expectEpoch: 'epoch' }

export const taskCommands: readonly CommandVerb[] = [
  {
    name: 'task open',
    command: 'OpenTask',
    summary: 'Open a task: participants, and at most one owner',
    args: ['taskId?'],
    fixed: ({ given, positionals }) => ({ title: given['title'] ?? positionals[0] }),
    examples: [
      'baton task open t1 --title "the parser" --owner coder --participants planner,reviewer --as planner',
      `baton task open t2 --title "the lexer" --as planner`,
    ],
  },
  {
    name: 'task join',
    command: 'JoinTask',
    summary: 'Take part in a task',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task join t1 --as coder'],
  },
  {
    name: 'task leave',
    command: 'LeaveTask',
    summary: 'Take part in a task no longer',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task leave t1 --as coder'],
  },
  {
    name: 'task claim',
    command: 'ClaimTask',
    summary: 'Take a task that nobody owns',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task claim t1 --as coder'],
  },
  {
    name: 'task assign',
    command: 'AssignTask',
    summary: 'Make a session the owner of a task',
    args: ['taskId', 'to'],
    shown: { to: 'session' },
    called: epoch,
    examples: [
      'baton task assign t1 coder --as planner',
      `baton task assign t1 coder --epoch 2 --reason "back from lunch" --as operator`,
    ],
  },
  {
    name: 'task release',
    command: 'ReleaseTask',
    summary: 'Let a task go, to nobody',
    args: ['taskId'],
    called: epoch,
    examples: ['baton task release t1 --as coder', `baton task release t1 --reason "no time before Friday" --as coder`],
  },
  {
    name: 'task status',
    command: 'SetTaskStatus',
    summary: 'Say how a task stands',
    args: ['taskId', 'status'],
    more: 'The status is open, in_progress or blocked; a task is closed by task close.',
    called: epoch,
    examples: [
      'baton task status t1 in_progress --as coder',
      'baton task status t1 blocked --reason "waits for CI" --as coder',
    ],
  },
  {
    name: 'task close',
    command: 'CloseTask',
    summary: 'Close a task',
    args: ['taskId'],
    called: epoch,
    about: { outcome: 'done if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'done' }),
    examples: [
      'baton task close t1 --as coder',
      `baton task close t1 --outcome failed --reason "no longer wanted" --as coder`,
    ],
  },
]

export const handoffCommands: readonly CommandVerb[] = [
  {
    name: 'handoff',
    command: 'Handoff',
    summary: 'Hand a task over to another session, or offer it',
    args: ['taskId', 'to', 'context?'],
    shown: { to: 'session', context: 'text' },
    called: { ...epoch, expiresAt: 'expires' },
    extra: { offer: { type: 'boolean', about: 'ask first: the target accepts or declines' } },
    fixed: ({ given }) => (given['offer'] === true ? { mode: 'offer' } : {}),
    hides: ['mode'],
    about: { expiresAt: 'the offer ends then', force: 'the operator takes it from whoever owns it; with --reason' },
    examples: [
      'baton handoff t1 reviewer "tests are green" --as coder',
      'baton handoff t1 reviewer --offer --expires 1h --as coder',
    ],
  },
  {
    name: 'accept',
    command: 'AcceptHandoff',
    summary: 'Take a task that is on offer',
    args: ['taskId'],
    called: epoch,
    examples: ['baton accept t1 --as reviewer', `baton accept t1 --epoch 1 --as reviewer`],
  },
  {
    name: 'decline',
    command: 'DeclineHandoff',
    summary: 'Decline a task that is on offer',
    args: ['taskId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'no reason given' }),
    examples: ['baton decline t1 --reason "busy until noon" --as reviewer', `baton decline t1 --as reviewer`],
  },
  {
    name: 'cancel',
    command: 'CancelHandoff',
    summary: 'Withdraw an offer',
    args: ['taskId'],
    examples: ['baton cancel t1 --as coder', `baton cancel t1 --reason "found somebody else" --as coder`],
  },
]
