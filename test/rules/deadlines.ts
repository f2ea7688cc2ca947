/** A time given as so long from now on, and what is no time. */
import { event, IN_A_MINUTE, MINUTE, MINUTE_AGO, type Case } from './cases.ts'
import { by, delivered, messageSent, sessions } from './setting.ts'

const asked = { type: 'SendMessage', to: 'coder', body: 'which?' } as const
const offered = { type: 'Handoff', taskId: 't1', to: 'coder', mode: 'offer' } as const
const round = { type: 'DispatchRound' as const, group: 'crew', items: [{ itemId: 'a' }] }
const task = { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' } as const
const crew = { type: 'FormGroup', name: 'crew', coordinator: 'planner' } as const

export const deadlineCases: readonly Case[] = [
  {
    name: 'that expires and wants an answer, both within a minute',
    given: sessions('planner', 'coder'),
    as: by('planner'),
    when: { ...asked, replyWithinMs: MINUTE, expiresWithinMs: MINUTE },
    follows: [
      messageSent('new-1', 'session:planner', ['session:coder'], {
        address: 'coder',
        body: 'which?',
        replyBy: IN_A_MINUTE,
        expiresAt: IN_A_MINUTE,
      }),
      delivered('new-1', 'session:coder'),
    ],
  },
  ...(['replyBy', 'expiresAt'] as const).flatMap((field): Case[] => {
    const within = field === 'replyBy' ? 'replyWithinMs' : 'expiresWithinMs'
    return [
      {
        name: `${field} has passed`,
        given: sessions('planner', 'coder'),
        when: { ...asked, [field]: MINUTE_AGO },
        rejects: 'INVALID_COMMAND',
        details: { path: field },
      },
      {
        name: `${field} is given twice`,
        given: sessions('planner', 'coder'),
        when: { ...asked, [field]: IN_A_MINUTE, [within]: MINUTE },
        rejects: 'INVALID_COMMAND',
        details: { path: field },
      },
    ]
  }),
  {
    name: 'an offer that runs a minute',
    given: [...sessions('planner', 'coder'), task],
    as: by('planner'),
    when: { ...offered, expiresWithinMs: MINUTE },
    follows: [
      event('task-t1', 'HandoffOffered', {
        taskId: 't1',
        offerId: 'new-1',
        from: 'planner',
        to: 'coder',
        expiresAt: IN_A_MINUTE,
      }),
      messageSent('new-2', 'session:planner', ['session:coder'], {
        address: 'session:coder',
        kind: 'handoff',
        subject: 'session planner offers task t1 to you',
        body: 'T',
        taskId: 't1',
        data: { taskId: 't1', epoch: 1, mode: 'offer', offerId: 'new-1', expiresAt: IN_A_MINUTE },
      }),
      delivered('new-2', 'session:coder'),
    ],
  },
  {
    name: 'the time of an offer is given twice',
    given: [...sessions('planner', 'coder'), task],
    as: by('planner'),
    when: { ...offered, expiresAt: IN_A_MINUTE, expiresWithinMs: MINUTE },
    rejects: 'INVALID_COMMAND',
    details: { path: 'expiresAt' },
  },
  {
    name: 'with whatever has come within a minute',
    given: [...sessions('planner'), crew],
    as: by('planner'),
    when: { ...round, fanIn: { mode: 'all', withinMs: MINUTE } },
    follows: [
      event('group-planner/crew', 'RoundDispatched', {
        groupId: 'planner/crew',
        round: 1,
        items: [{ itemId: 'a' }],
        fanIn: { mode: 'all', needed: 1, deadline: IN_A_MINUTE },
      }),
    ],
  },
  {
    name: 'its deadline is given twice',
    given: [...sessions('planner'), crew],
    as: by('planner'),
    when: { ...round, fanIn: { mode: 'all', deadline: IN_A_MINUTE, withinMs: MINUTE } },
    rejects: 'INVALID_COMMAND',
    details: { path: 'fanIn.deadline' },
  },
]
