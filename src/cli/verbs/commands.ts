/** The verbs that are commands of the catalogue. */
import { commandVerb, type CommandVerb } from '../command-verb.ts'
import { text, value } from '../values.ts'
import { fanIn, items } from './dispatch.ts'
import { UsageError } from '../usage.ts'
import type { Request, Verb } from '../verb.ts'

const message = { inReplyTo: 'reply-to', replyBy: 'reply-within', expiresAt: 'expires' }
const epoch = { expectEpoch: 'epoch' }

/** A message may be all subject, or all data; but it has to say something. */
function body({ positionals, given }: Request): { body?: string } {
  if (positionals.length > 1) return {}
  if (given['subject'] === undefined && given['data'] === undefined) {
    throw new UsageError('there is nothing to say', 'Give a text, - to read it from stdin, a --subject, or --data.')
  }
  return { body: '' }
}

/** What `isolation` holds, as flat options. */
function isolation({ given }: Request): { isolation?: object } {
  const { worktree, branch, 'base-ref': baseRef, 'run-dir': runDir, context } = given
  if (worktree === undefined && (branch !== undefined || baseRef !== undefined)) {
    throw new UsageError('a branch is that of a worktree', 'Add --worktree <path>.')
  }
  const parts = {
    ...(context !== undefined && { context }),
    ...(runDir !== undefined && { runDir }),
    ...(worktree !== undefined && {
      worktree: { path: worktree, ...(branch !== undefined && { branch }), ...(baseRef !== undefined && { baseRef }) },
    }),
  }
  return Object.keys(parts).length === 0 ? {} : { isolation: parts }
}

/** Out of a file, instead of what the parent reads. */
const fromFile = ({ given }: Request): { values?: unknown } =>
  typeof given['from'] === 'string' ? { values: value(`@${given['from']}`) } : {}

const table: readonly CommandVerb[] = [
  {
    name: 'session open',
    command: 'OpenSession',
    args: ['sessionId?'],
    called: { parentSessionId: 'parent' },
    examples: [
      'baton session open planner --label "the planner"',
      'baton session open coder --parent planner --lease 2m',
    ],
  },
  {
    name: 'session close',
    command: 'CloseSession',
    args: ['sessionId'],
    called: { successorId: 'successor' },
    about: { outcome: 'done if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'done' }),
    examples: ['baton session close coder --successor reviewer', 'baton session close coder --outcome lost'],
  },
  {
    name: 'session reopen',
    command: 'ReopenSession',
    args: ['sessionId'],
    examples: ['baton session reopen coder'],
  },
  {
    name: 'session renew',
    command: 'RenewLease',
    args: ['sessionId'],
    called: { runId: 'run' },
    examples: ['baton session renew coder'],
  },

  {
    name: 'task open',
    command: 'OpenTask',
    args: ['taskId?'],
    fixed: ({ given, positionals }) => ({ title: given['title'] ?? positionals[0] ?? '' }),
    examples: ['baton task open t1 --title "the parser" --owner coder --participants planner,reviewer'],
  },
  {
    name: 'task join',
    command: 'JoinTask',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task join t1 --as coder'],
  },
  {
    name: 'task leave',
    command: 'LeaveTask',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task leave t1 --as coder'],
  },
  {
    name: 'task claim',
    command: 'ClaimTask',
    args: ['taskId', 'sessionId?'],
    examples: ['baton task claim t1 --as coder'],
  },
  {
    name: 'task assign',
    command: 'AssignTask',
    args: ['taskId', 'to'],
    called: epoch,
    examples: ['baton task assign t1 coder --as planner'],
  },
  {
    name: 'task release',
    command: 'ReleaseTask',
    args: ['taskId'],
    called: epoch,
    examples: ['baton task release t1 --as coder'],
  },
  {
    name: 'task status',
    command: 'SetTaskStatus',
    args: ['taskId', 'status'],
    called: epoch,
    examples: ['baton task status t1 in_progress --as coder', 'baton task status t1 blocked --reason "waits for CI"'],
  },
  {
    name: 'task close',
    command: 'CloseTask',
    args: ['taskId'],
    called: epoch,
    about: { outcome: 'done if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'done' }),
    examples: ['baton task close t1 --as coder'],
  },

  {
    name: 'send',
    command: 'SendMessage',
    args: ['to', 'body?'],
    called: message,
    fixed: body,
    examples: [
      'baton send coder "please review #12" --task t1',
      'baton send session:coder - < notes.md',
      'baton send owner@task:t1 "which schema?" --reply-within 30s',
    ],
  },
  {
    name: 'reply',
    command: 'SendMessage',
    args: ['inReplyTo', 'body?'],
    called: message,
    fixed: body,
    examples: ['baton reply 01J... "done" --as coder'],
  },
  {
    name: 'broadcast',
    command: 'Broadcast',
    args: ['to', 'body?'],
    called: message,
    fixed: body,
    examples: ['baton broadcast task:t1 "the build is green" --as planner'],
  },
  {
    name: 'ack',
    command: 'AcknowledgeMessage',
    args: ['messageIds...'],
    examples: ['baton ack 01J... 01K... --as coder'],
  },

  {
    name: 'handoff',
    command: 'Handoff',
    args: ['taskId', 'to', 'context?'],
    called: { ...epoch, expiresAt: 'expires' },
    extra: { offer: { type: 'boolean', about: 'ask first: the target accepts or declines' } },
    fixed: ({ given }) => (given['offer'] === true ? { mode: 'offer' } : {}),
    examples: [
      'baton handoff t1 reviewer "tests are green" --as coder',
      'baton handoff t1 reviewer --offer --expires 1h --as coder',
    ],
  },
  {
    name: 'accept',
    command: 'AcceptHandoff',
    args: ['taskId'],
    called: epoch,
    examples: ['baton accept t1 --as reviewer'],
  },
  {
    name: 'decline',
    command: 'DeclineHandoff',
    args: ['taskId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'no reason given' }),
    examples: ['baton decline t1 --reason "busy until noon" --as reviewer'],
  },
  { name: 'cancel', command: 'CancelHandoff', args: ['taskId'], examples: ['baton cancel t1 --as coder'] },

  {
    name: 'run start',
    command: 'StartRun',
    args: ['runId?'],
    called: { sessionId: 'session', parentRunId: 'parent', effectId: 'effect' },
    extra: {
      context: { type: 'string', value: 'isolated|shared', about: 'what of the session’s state it sees' },
      worktree: { type: 'string', value: 'path', about: 'held until the run ends' },
      branch: { type: 'string', value: 'name', about: 'of the worktree' },
      'base-ref': { type: 'string', value: 'ref', about: 'of the worktree' },
      'run-dir': { type: 'string', value: 'path', about: 'held until the run ends' },
    },
    fixed: isolation,
    examples: [
      'baton run start r1 --begin --as coder',
      'baton run start r2 --parent r1 --worktree ../wt-r2 --as coder',
    ],
  },
  {
    name: 'run begin',
    command: 'BeginRun',
    args: ['runId'],
    examples: ['baton run begin r1 --model-used opus --as coder'],
  },
  {
    name: 'run progress',
    command: 'ReportProgress',
    args: ['runId'],
    examples: ['baton run progress r1 --percent 40 --step tests --as coder'],
  },
  {
    name: 'run checkpoint',
    command: 'CheckpointRun',
    args: ['runId', 'label'],
    examples: ['baton run checkpoint r2 halfway --as coder'],
  },
  {
    name: 'run suspend',
    command: 'SuspendRun',
    args: ['runId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'suspended' }),
    examples: ['baton run suspend r1 --reason "waits for review" --as coder'],
  },
  {
    name: 'run resume',
    command: 'ResumeRun',
    args: ['runId'],
    examples: ['baton run resume r1 --as coder'],
  },
  {
    name: 'run renew',
    command: 'RenewLease',
    args: ['runId'],
    called: { sessionId: 'session' },
    examples: ['baton run renew r1 --as coder'],
  },
  {
    name: 'run complete',
    command: 'CompleteRun',
    args: ['runId'],
    examples: [`baton run complete r2 --result '{"tests": 12}' --as coder`],
  },
  {
    name: 'run fail',
    command: 'FailRun',
    args: ['runId', 'error'],
    about: { reason: 'error if not given' },
    fixed: ({ given, positionals }) => ({ reason: given['reason'] ?? 'error', error: text(positionals[1] ?? '') }),
    examples: ['baton run fail r2 "the build broke" --as coder'],
  },
  {
    name: 'run cancel',
    command: 'CancelRun',
    args: ['runId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'cancelled' }),
    examples: ['baton run cancel r1 --reason "no longer needed"'],
  },

  {
    name: 'seed',
    command: 'SeedChildState',
    args: ['childRunId'],
    extra: { from: { type: 'string', value: 'f.json', about: 'the values, instead of what the parent reads' } },
    fixed: fromFile,
    examples: ['baton seed r2 --keys plan,config --as coder', 'baton seed r2 --from seed.json --as coder'],
  },
  {
    name: 'merge',
    command: 'MergeChildResult',
    args: ['childRunId'],
    called: { strategies: 'strategy' },
    examples: ['baton merge r2 --as coder', 'baton merge r2 --strategy log=append --strategy count=sum --as coder'],
  },
  {
    name: 'effect register',
    command: 'RegisterEffect',
    args: ['runId', 'effectId'],
    examples: ['baton effect register r1 tests --kind shell --as coder'],
  },
  {
    name: 'effect settle',
    command: 'SettleEffect',
    args: ['runId', 'effectId'],
    about: { outcome: 'ok if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'ok' }),
    examples: [`baton effect settle r1 tests --result '{"passed": 12}' --as coder`],
  },

  {
    name: 'group form',
    command: 'FormGroup',
    args: ['name'],
    examples: [
      'baton group form reviewers --members coder,tester --as planner',
      'baton group form planner/reviewers --coordinator planner --as operator',
    ],
  },
  {
    name: 'group add',
    command: 'AddMember',
    args: ['group', 'member'],
    examples: ['baton group add reviewers coder --as planner', 'baton group add reviewers run:r2 --as planner'],
  },
  {
    name: 'group remove',
    command: 'RemoveMember',
    args: ['group', 'member'],
    examples: ['baton group remove reviewers coder --as planner'],
  },
  {
    name: 'group transfer',
    command: 'TransferCoordinator',
    args: ['group', 'to'],
    examples: ['baton group transfer reviewers coder --as planner'],
  },
  {
    name: 'group dispatch',
    command: 'DispatchRound',
    args: ['group', 'items...?'],
    extra: {
      items: { type: 'string', value: 'json|@file', about: 'the items, instead of words' },
      payload: { type: 'string', multiple: true, value: 'item=text|json', about: 'what is to be done' },
      mode: { type: 'string', value: 'all|any|quorum|settled', about: 'how many have to succeed (all)' },
      quorum: { type: 'string', value: 'n', about: 'so many' },
      deadline: { type: 'string', value: 'time|30s', about: 'with what is there by then' },
    },
    fixed: (request) => ({ items: items(request), ...fanIn(request) }),
    examples: [
      'baton group dispatch reviewers a=run:r2 b=session:coder --payload a="read the diff" --as planner',
      'baton group dispatch reviewers --items @items.json --quorum 2 --deadline 10m --as planner',
    ],
  },
  {
    name: 'group settle',
    command: 'SettleItem',
    args: ['group', 'itemId'],
    about: { outcome: 'ok if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'ok' }),
    examples: [
      `baton group settle planner/reviewers b --result '"looks good"' --as coder`,
      'baton group settle reviewers b --outcome failed --reason "no time" --as coder',
    ],
  },
  {
    name: 'group checkpoint',
    command: 'CheckpointGroup',
    args: ['group', 'label'],
    examples: ['baton group checkpoint reviewers halfway --as planner'],
  },
  {
    name: 'group cancel',
    command: 'CancelRound',
    args: ['group'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'cancelled' }),
    examples: ['baton group cancel reviewers --reason "no longer needed" --as planner'],
  },
  {
    name: 'group disband',
    command: 'DisbandGroup',
    args: ['group'],
    examples: ['baton group disband reviewers --as planner'],
  },

  {
    name: 'dead requeue',
    command: 'RequeueDeadLetter',
    args: ['messageId'],
    examples: ['baton dead requeue 01J... --to reviewer', 'baton dead requeue 01J... --mailbox session:coder'],
  },
  {
    name: 'dead discard',
    command: 'DiscardDeadLetter',
    args: ['messageId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'discarded' }),
    examples: ['baton dead discard 01J... --reason "said otherwise"'],
  },
]

export const commandVerbs: readonly Verb[] = table.map(commandVerb)

/** The commands that have a verb. */
export const commandVerbNames: ReadonlySet<string> = new Set(table.map(({ command }) => command))
