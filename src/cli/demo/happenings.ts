/** What an event of the demo is in a line of the drawing; most of what a commit holds goes without saying. */
import path from 'node:path'
import type { EventData, EventType, LoggedEvent } from '../../index.ts'
import { describe } from '../describe.ts'
import { KIND } from './cast.ts'
import type { Happening } from './lanes.ts'

export interface Narrator {
  /** Undefined for what is not told. */
  readonly tell: (event: LoggedEvent) => Happening | undefined
}

interface Seen {
  /** The session behind a mailbox. */
  readonly seat: (mailbox: string) => string
  /** The session of a run. */
  readonly runs: ReadonlyMap<string, string>
  /** What messages say, by their ids. */
  readonly said: ReadonlyMap<string, string>
}

type Said = string | Omit<Happening, 'actor'>
type Sentences = {
  readonly [T in EventType]?: (data: EventData<T>, seen: Seen, event: LoggedEvent) => Said | undefined
}

/** Told by another event of the same commit, or of no interest to who looks on. */
const QUIET: ReadonlySet<string> = new Set<EventType>([
  'ChildRunLinked',
  'ChildRunSettled',
  'EffectRegistered',
  'EffectSettled',
  'ItemBound',
  'ItemSettled',
  'LeaseRenewed',
  'MessageAcknowledged',
  'MessageDelivered',
  'ParticipantJoined',
  'ParticipantLeft',
  'PlaceReleased',
  'PlaceTaken',
  'RequestAnswered',
  'RunSeated',
  'SessionClosed',
])

/** Baton's own: whatever they tell of is told itself. */
const OWN_KINDS: ReadonlySet<string> = new Set(['handoff', 'result', 'dispatch', 'notice'])

const BAR = 8

const SENTENCES: Sentences = {
  SessionOpened: (_, __, { by }) => `is here as process ${by.pid}`,
  SessionClosing: ({ sessionId, successorId }) => ({
    text: `closes the seat of ${sessionId} as lost: ${successorId ?? 'nobody'} inherits`,
    to: successorId === undefined ? [sessionId] : [sessionId, successorId],
  }),
  MessageSent: ({ kind, to, body }, { seat }) => {
    if (OWN_KINDS.has(kind)) return undefined
    const names = to.map(seat)
    return { text: `to ${names.join(', ')}: ${body}`, to: names, ...(kind === KIND.conflict && { mood: 'odd' }) }
  },
  MessageTransferred: ({ messageId, toSessionId = 'operator', sessionId = '' }, { said }) => ({
    text: `mail of ${sessionId} to ${toSessionId}: ${said.get(messageId) ?? ''}`,
    to: [sessionId, toSessionId],
  }),
  TaskOpened: ({ taskId }) => `opens task ${taskId}`,
  TaskStatusChanged: ({ taskId, to }) => `task ${taskId} is ${to.replace('_', ' ')}`,
  TaskClosed: ({ taskId, outcome }) => ({ text: `closes task ${taskId}: ${outcome}`, mood: 'good' }),
  OwnershipTransferred({ taskId, from = 'nobody', to, mode, epoch }) {
    if (mode === 'opened') return undefined
    if (mode === 'handoff') return { text: `hands task ${taskId} to ${to} (epoch ${epoch})`, to: [to] }
    return { text: `task ${taskId}: ${from} → ${to} (${mode}, epoch ${epoch})`, to: [to] }
  },
  GroupFormed: ({ name, members }) => `forms group ${name}: ${members.map(({ sessionId }) => sessionId).join(', ')}`,
  RoundDispatched: ({ round, items }, { runs }) => ({
    text: `round ${round} goes out: ${items.map(({ itemId }) => itemId).join(', ')}`,
    to: [...new Set(runs.values())],
  }),
  GroupCheckpointed: ({ label, settled, pending }) =>
    `checkpoint: ${label}, ${settled.length} of ${settled.length + pending.length}`,
  FanInReached: ({ round, verdict, results }) => ({
    text: `round ${round} fans in: ${verdict}, ${results.length} in`,
    mood: verdict === 'complete' ? 'good' : 'bad',
  }),
  RunStarted({ runId, sessionId, parentRunId, worktree, leaseMs = 0 }) {
    if (parentRunId === undefined) return `starts run ${runId}`
    const place = worktree === undefined ? '' : `, worktree ${path.basename(worktree.path)}`
    return { text: `starts ${runId}: ${sessionId}${place}, lease ${leaseMs / 1_000} s`, to: [sessionId] }
  },
  ChildStateSeeded: ({ runId, values }, { runs }) => ({
    text: `seeds ${runId} with ${Object.keys(values).join(', ')}`,
    to: [runs.get(runId) ?? ''],
  }),
  RunBegan: ({ runId }) => `begins ${runId}`,
  RunProgressed({ runId, percent = 0, step = '' }) {
    const full = Math.round((percent / 100) * BAR)
    return `${runId} ${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${percent} % ${step}`
  },
  RunCheckpointed: ({ runId, label }) => `checkpoint ${label} of ${runId}`,
  RunCompleted: ({ runId }) => ({ text: `${runId} is done`, mood: 'good' }),
  RunFailed: ({ runId, reason, error }, { runs }) => ({
    text: `finds ${runId} ${reason}: ${error.replace(/ at \d.*/, '')}`,
    to: [runs.get(runId) ?? ''],
    mood: 'bad',
  }),
  StateChanged({ id, set, mergedFrom }) {
    return mergedFrom === undefined ? `writes ${Object.keys(set).join(', ')} in ${id}` : undefined
  },
  ChildResultMerged({ childRunId, checkpoint, keys }) {
    const what = Object.entries(keys).map(([key, how]) => (how === 'combined' ? `${key} combined` : key))
    const from = checkpoint === undefined ? childRunId : `checkpoint ${checkpoint} of ${childRunId}`
    const isOdd = Object.values(keys).includes('combined')
    return { text: `merges ${from}: ${what.join(', ')}`, ...(isOdd && { mood: 'odd' }) }
  },
}

/** `nameOf` tells whose process it was: what the system does some hub does, of whichever actor. */
export function openNarrator(nameOf: (event: LoggedEvent) => string): Narrator {
  const runs = new Map<string, string>()
  const said = new Map<string, string>()
  const seen: Seen = {
    runs,
    said,
    seat: (mailbox) =>
      mailbox.startsWith('run:') ? (runs.get(mailbox.slice(4)) ?? mailbox) : mailbox.replace(/^session:/, ''),
  }

  return {
    tell(event) {
      const { type, data } = event
      if (type === 'RunStarted') {
        const { runId, sessionId, parentRunId } = data as EventData<'RunStarted'>
        if (parentRunId !== undefined) runs.set(runId, sessionId)
      }
      if (type === 'MessageSent') {
        const { messageId, body, subject } = data as EventData<'MessageSent'>
        said.set(messageId, subject ?? body)
      }
      if (QUIET.has(type)) return undefined
      const sentence = SENTENCES[type as EventType] as
        | ((data: unknown, seen: Seen, event: LoggedEvent) => Said | undefined)
        | undefined
      const told = sentence === undefined ? describe(type, data) : sentence(data, seen, event)
      if (told === undefined) return undefined
      const actor = nameOf(event)
      return typeof told === 'string' ? { actor, text: told } : { actor, ...told }
    },
  }
}
