/** Runs, what they are given and what they bring back. */
import type { CommandVerb } from '../command-verb.ts'
import { text, value } from '../values.ts'
import { UsageError } from '../usage.ts'
import type { Request } from '../verb.ts'

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

export const runCommands: readonly CommandVerb[] = [
  {
    name: 'run start',
    command: 'StartRun',
    summary: 'Start a run: one attempt at work inside a session',
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
    summary: 'Say that a created run is at work',
    args: ['runId'],
    examples: ['baton run begin r1 --model-used opus --as coder', `baton run begin r1 --as coder`],
  },
  {
    name: 'run progress',
    command: 'ReportProgress',
    summary: 'Say how far a run is',
    args: ['runId'],
    about: { label: 'what it does, for people' },
    examples: [
      'baton run progress r1 --percent 40 --step tests --as coder',
      `baton run progress r1 --usage tokens=1200 --usage cost=0.04 --as coder`,
    ],
  },
  {
    name: 'run checkpoint',
    command: 'CheckpointRun',
    summary: "Keep a run's state as it is, to be merged on the way",
    args: ['runId', 'label'],
    examples: [
      'baton run checkpoint r2 halfway --as coder',
      `baton run checkpoint r2 almost --result '{"tests": 9}' --as coder`,
    ],
  },
  {
    name: 'run suspend',
    command: 'SuspendRun',
    summary: 'Say that a run waits for something',
    args: ['runId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'suspended' }),
    examples: ['baton run suspend r1 --reason "waits for review" --as coder', `baton run suspend r1 --as coder`],
  },
  {
    name: 'run resume',
    command: 'ResumeRun',
    summary: 'Say that a waiting run is at work again',
    args: ['runId'],
    examples: ['baton run resume r1 --as coder'],
  },
  {
    name: 'run renew',
    command: 'RenewLease',
    summary: 'Say that a run is still alive',
    args: ['runId'],
    hides: ['sessionId'],
    examples: ['baton run renew r1 --as coder', `baton run renew r1 --lease 10m --as coder`],
  },
  {
    name: 'run complete',
    command: 'CompleteRun',
    summary: 'End a run that has succeeded; its parent gets the result',
    args: ['runId'],
    examples: [
      `baton run complete r2 --result '{"tests": 12}' --as coder`,
      `baton run complete r2 --result @result.json --as coder`,
    ],
  },
  {
    name: 'run fail',
    command: 'FailRun',
    summary: 'End a run that has failed, and its descendants',
    args: ['runId', 'error'],
    shown: { error: 'text' },
    about: { reason: 'error if not given' },
    fixed: ({ given, positionals }) => ({ reason: given['reason'] ?? 'error', error: text(positionals[1] ?? '') }),
    examples: [
      'baton run fail r2 "the build broke" --as coder',
      `baton run fail r2 "ten minutes were not enough" --reason timeout --partial '{"tests": 4}' --as coder`,
    ],
  },
  {
    name: 'run cancel',
    command: 'CancelRun',
    summary: 'Cancel a run and its descendants',
    args: ['runId'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'cancelled' }),
    examples: ['baton run cancel r1 --reason "no longer needed" --as coder', `baton run cancel r1 --as operator`],
  },
  {
    name: 'seed',
    command: 'SeedChildState',
    summary: 'Give a child run the state that it starts from',
    args: ['childRunId'],
    extra: { from: { type: 'string', value: 'f.json', about: 'the values, instead of what the parent reads' } },
    fixed: fromFile,
    examples: ['baton seed r2 --keys plan,config --as coder', 'baton seed r2 --from seed.json --as coder'],
  },
  {
    name: 'merge',
    command: 'MergeChildResult',
    summary: 'Merge what a child run wrote into the state above it',
    args: ['childRunId'],
    called: { strategies: 'strategy' },
    examples: ['baton merge r2 --as coder', 'baton merge r2 --strategy log=append --strategy count=sum --as coder'],
  },
  {
    name: 'effect register',
    command: 'RegisterEffect',
    summary: "Name a piece of a run's work, for later runs to serve",
    args: ['runId', 'effectId'],
    about: { kind: 'what sort of work', label: 'what it is, for people' },
    examples: [
      'baton effect register r1 tests --kind shell --as coder',
      `baton effect register r1 docs --label "write the docs" --as coder`,
    ],
  },
  {
    name: 'effect settle',
    command: 'SettleEffect',
    summary: 'Say how an effect of a run went',
    args: ['runId', 'effectId'],
    about: { outcome: 'ok if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'ok' }),
    examples: [
      `baton effect settle r1 tests --result '{"passed": 12}' --as coder`,
      `baton effect settle r1 tests --outcome error --as coder`,
    ],
  },
]
