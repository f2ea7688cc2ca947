/** All verbs, under the headings and in the order in which help shows them. */
import type { Heading } from '../help.ts'
import type { Listed } from '../verb.ts'
import { deadCommands } from './dead-commands.ts'
import { groupCommands } from './group-commands.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { log } from './log.ts'
import { messageCommands } from './message-commands.ts'
import { notify } from './notify.ts'
import { runCommands } from './run-commands.ts'
import { sessionCommands } from './session-commands.ts'
import { sessionList, sessionShow } from './sessions.ts'
import { state } from './state.ts'
import { sweep, timers } from './sweep.ts'
import { handoffCommands, taskCommands } from './task-commands.ts'
import { owners, taskList, taskShow } from './tasks.ts'

/** What is not used every day, or is large, is loaded when it is asked for. */
export const headings: readonly Heading[] = [
  {
    title: 'Every day',
    verbs: [
      init,
      {
        name: 'demo',
        usage: '',
        summary: 'A story with real processes on a fresh hub, drawn as it happens',
        load: async () => (await import('./demo.ts')).demo,
      },
      ...sessionCommands,
      sessionList,
      sessionShow,
      ...messageCommands,
      inbox,
      {
        name: 'request',
        usage: '<address> [text]',
        summary: 'Ask, and wait for the first answer',
        load: async () => (await import('./request.ts')).request,
      },
      {
        name: 'wait',
        usage: '',
        summary: 'Wait until something holds',
        load: async () => (await import('./wait.ts')).wait,
      },
      notify,
    ],
  },
  { title: 'Tasks', verbs: [...taskCommands, taskList, taskShow, owners, ...handoffCommands] },
  {
    title: 'Runs and state',
    verbs: [
      ...runCommands,
      {
        name: 'run list',
        usage: '',
        summary: 'The runs that are live, with how far they are',
        load: async () => (await import('./run-list.ts')).runList,
      },
      {
        name: 'run show',
        usage: '<run>',
        summary: 'One run, with its progress, lease and checkpoints',
        load: async () => (await import('./runs.ts')).runShow,
      },
      {
        name: 'run tree',
        usage: '<run>',
        summary: 'A run with everything below it',
        load: async () => (await import('./runs.ts')).runTree,
      },
      state,
    ],
  },
  {
    title: 'Groups',
    verbs: [
      ...groupCommands,
      {
        name: 'group list',
        usage: '',
        summary: 'The groups, with their coordinators and newest rounds',
        load: async () => (await import('./groups.ts')).groupList,
      },
      {
        name: 'group show',
        usage: '<group>',
        summary: 'One group: its members, and the board of a round',
        load: async () => (await import('./groups.ts')).groupShow,
      },
    ],
  },
  {
    title: 'Looking back',
    verbs: [
      history,
      log,
      {
        name: 'show',
        usage: '<position|message|commit>',
        summary: 'What stands at a position; a message; or a whole commit',
        load: async () => (await import('./show.ts')).show,
      },
      {
        name: 'search',
        usage: '<text>...',
        summary: 'Messages that hold a text',
        load: async () => (await import('./search.ts')).search,
      },
      {
        name: 'why',
        usage: '<what>',
        summary: 'How it came to be so, and what was written too late to count',
        load: async () => (await import('./why.ts')).why,
      },
      {
        name: 'replay',
        usage: '[stream]',
        summary: 'A task or a stream once more, with what each event changed',
        load: async () => (await import('./replay.ts')).replay,
      },
    ],
  },
  {
    title: 'Keeping it running',
    verbs: [
      {
        name: 'dead list',
        usage: '',
        summary: 'What reached nobody, why, and what to do about it',
        load: async () => (await import('./dead.ts')).deadList,
      },
      ...deadCommands,
      timers,
      sweep,
      {
        name: 'verify',
        usage: '',
        summary: 'Read the whole log, and compare the views with it',
        load: async () => (await import('./verify.ts')).verify,
      },
      {
        name: 'doctor',
        usage: '',
        summary: 'What is wrong with this hub, or soon will be, and the cure',
        load: async () => (await import('./doctor.ts')).doctor,
      },
      {
        name: 'backup',
        usage: '<dir>',
        summary: 'A verified copy in a new directory, while others write',
        load: async () => (await import('./backup.ts')).backup,
      },
      {
        name: 'restore',
        usage: '<dir> <new dir>',
        summary: 'A new hub with the history of a backup, up to a point',
        load: async () => (await import('./restore.ts')).restore,
      },
      {
        name: 'export',
        usage: '',
        summary: 'The whole history for other programs, a JSON document a line',
        load: async () => (await import('./export.ts')).exportVerb,
      },
      {
        name: 'projections list',
        usage: '',
        summary: 'The views that are folded from the log, and what each answers',
        load: async () => (await import('./projections.ts')).projectionsList,
      },
      {
        name: 'projections status',
        usage: '',
        summary: 'How each view stands, and how far the snapshots on the disk go',
        load: async () => (await import('./projections.ts')).projectionsStatus,
      },
      {
        name: 'projections rebuild',
        usage: '[view]',
        summary: 'Fold one view, or all, anew from the log',
        load: async () => (await import('./projections-rebuild.ts')).projectionsRebuild,
      },
      {
        name: 'projections verify',
        usage: '',
        summary: 'Compare the views with a fresh fold, document by document',
        load: async () => (await import('./projections-verify.ts')).projectionsVerify,
      },
    ],
  },
]

export const verbs: readonly Listed[] = headings.flatMap((heading) => heading.verbs)
