/** Groups, and the rounds that they are given. */
import type { CommandVerb } from '../command-verb.ts'
import { fanIn, items } from './dispatch.ts'

export const groupCommands: readonly CommandVerb[] = [
  {
    name: 'group form',
    command: 'FormGroup',
    summary: 'Form a group, or find it again: its name lasts for ever',
    args: ['name'],
    examples: [
      'baton group form reviewers --members coder,tester --as planner',
      'baton group form planner/reviewers --coordinator planner --as operator',
    ],
  },
  {
    name: 'group add',
    command: 'AddMember',
    summary: 'Take a session or a run into a group',
    args: ['group', 'member'],
    examples: ['baton group add reviewers coder --as planner', 'baton group add reviewers run:r2 --as planner'],
  },
  {
    name: 'group remove',
    command: 'RemoveMember',
    summary: 'Take a member out of a group; a member may leave by itself',
    args: ['group', 'member'],
    examples: ['baton group remove reviewers coder --as planner'],
  },
  {
    name: 'group transfer',
    command: 'TransferCoordinator',
    summary: "Hand the coordinator's seat over, or take a vacant one",
    args: ['group', 'to'],
    shown: { to: 'session' },
    examples: [
      'baton group transfer reviewers coder --as planner',
      `baton group transfer planner/reviewers coder --reason "planner is closed" --as operator`,
    ],
  },
  {
    name: 'group dispatch',
    command: 'DispatchRound',
    summary: 'Fan work out, to come back in as it is settled',
    args: ['group', 'items...?'],
    shown: { items: 'item' },
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
    summary: 'Say how an item of a round went',
    args: ['group', 'itemId'],
    about: { outcome: 'ok if not given' },
    fixed: ({ given }) => ({ outcome: given['outcome'] ?? 'ok' }),
    examples: [
      `baton group settle planner/reviewers b --result '"looks good"' --as coder`,
      'baton group settle planner/reviewers b --outcome failed --reason "no time" --as coder',
    ],
  },
  {
    name: 'group checkpoint',
    command: 'CheckpointGroup',
    summary: 'Keep what the open round has so far',
    args: ['group', 'label'],
    examples: [
      'baton group checkpoint reviewers halfway --as planner',
      `baton group checkpoint reviewers half --partial '["one of two"]' --as planner`,
    ],
  },
  {
    name: 'group cancel',
    command: 'CancelRound',
    summary: 'Give the open round up',
    args: ['group'],
    fixed: ({ given }) => ({ reason: given['reason'] ?? 'cancelled' }),
    examples: [
      'baton group cancel reviewers --reason "no longer needed" --as planner',
      `baton group cancel planner/reviewers --as operator`,
    ],
  },
  {
    name: 'group disband',
    command: 'DisbandGroup',
    summary: 'End a group for good',
    args: ['group'],
    examples: [
      'baton group disband reviewers --as planner',
      `baton group disband planner/reviewers --reason "all is merged" --as operator`,
    ],
  },
]
