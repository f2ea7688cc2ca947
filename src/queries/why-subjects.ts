/** What can be asked about, and which events make its causal chain. */
import { unknownGroup, unknownRun, unknownSession, unknownTask } from '../domain/find.ts'
import { groupStream } from '../domain/group.ts'
import { refuse } from '../domain/refuse.ts'
import { runStream, type Run } from '../domain/run.ts'
import { sessionStream } from '../domain/session.ts'
import { taskStream } from '../domain/task.ts'
import { workStream } from '../domain/work.ts'
import type { States } from '../domain/world.ts'
import type { Fact } from '../events/catalog.ts'

/** What can be asked about. */
export type WhySubject =
  | { readonly task: string }
  | { readonly message: string }
  | { readonly run: string }
  | { readonly session: string }
  /** `<root session>/<name>` */
  | { readonly group: string }
  | { readonly commit: string }

export type SubjectKind = 'task' | 'message' | 'run' | 'session' | 'group' | 'commit'

/** Asked of every event in log order. */
export interface Chain {
  /** Whether an accepted event is a step: of the subject's own life, or of what led to it. */
  readonly belongs: (fact: Fact, at: { readonly ref: number }) => boolean
  /**
   * Whether an event changes the subject itself. A void commit with such an event tried to change it, and is told. One
   * that only relied on the subject wanted something of somebody else: what became of it is no part of this story.
   */
  readonly changes: (fact: Fact) => boolean
}

export const chainOf: Readonly<Record<Exclude<SubjectKind, 'commit'>, (states: States, id: string) => Chain>> = {
  task: taskChain,
  message: messageChain,
  run: runChain,
  session: sessionChain,
  group: groupChain,
}

/** Tells what Baton itself said to those concerned; what they wrote to each other about the task is its history. */
function taskChain(states: States, id: string): Chain {
  if (states.task(id) === undefined) unknownTask(states, id)
  const changes = ({ stream }: Fact): boolean => stream === taskStream(id)
  return {
    changes,
    belongs: (fact) =>
      changes(fact) ||
      (fact.type === 'MessageSent' &&
        fact.data.taskId === id &&
        (fact.data.kind === 'handoff' || fact.data.kind === 'notice')),
  }
}

/** Mailboxes are shared: a message is changed by whatever names it, and by what answers it. */
function messageChain(states: States, id: string): Chain {
  const message = states.message(id)
  if (message === undefined)
    return refuse('UNKNOWN_MESSAGE', `there is no message ${id}`, { details: { messageId: id } })
  const answered = upward(message.inReplyTo, (above) => states.message(above)?.inReplyTo)
  const { from, taskId } = message
  // What Baton writes by itself stands in one commit with its cause: the end of a run, a change of owner.
  const causes = new Set([
    ...(from.startsWith('run:') ? [runStream(from.slice('run:'.length))] : []),
    ...(taskId === undefined ? [] : [taskStream(taskId)]),
  ])
  const changes = (fact: Fact): boolean =>
    named(fact, 'messageId') === id || (fact.type === 'MessageSent' && fact.data.inReplyTo === id)
  return {
    changes,
    belongs: (fact, { ref }) =>
      changes(fact) ||
      (fact.type === 'MessageSent' && answered.has(fact.data.messageId)) ||
      (ref === message.ref && causes.has(fact.stream)),
  }
}

/** What a run only reports on the way is its history, and no cause of anything. */
const REPORTS: ReadonlySet<string> = new Set(['RunProgressed', 'StateChanged', 'LeaseRenewed'])

function runChain(states: States, id: string): Chain {
  const run = states.run(id) ?? unknownRun(states, id)
  const parents = upward(run.parentRunId, (above) => states.run(above)?.parentRunId)
  const own = new Set([runStream(id), workStream(id)])
  // Elsewhere: the places it holds, the effect it settles, where its result was merged.
  const changes = (fact: Fact): boolean =>
    own.has(fact.stream) ||
    ((fact.type === 'PlaceTaken' || fact.type === 'PlaceReleased') && fact.data.runId === id) ||
    ((fact.type === 'EffectSettled' || fact.type === 'ChildResultMerged') && fact.data.childRunId === id) ||
    (fact.type === 'ItemSettled' && fact.data.runId === id)
  return {
    changes,
    belongs: (fact) =>
      (changes(fact) && !REPORTS.has(fact.type)) ||
      (fact.type === 'RunStarted' && parents.has(fact.data.runId)) ||
      isEffectOf(run, fact) ||
      (isEnd(fact) && fact.data.runId === run.endedWith),
  }
}

/** The piece of its parent's work that the run is there for. */
const isEffectOf = ({ parentRunId, effectId }: Run, fact: Fact): boolean =>
  fact.type === 'EffectRegistered' && fact.data.runId === parentRunId && fact.data.effectId === effectId

const isEnd = (fact: Fact): fact is Fact<'RunCompleted' | 'RunFailed' | 'RunCancelled'> =>
  fact.type === 'RunCompleted' || fact.type === 'RunFailed' || fact.type === 'RunCancelled'

function sessionChain(states: States, id: string): Chain {
  if (states.session(id) === undefined) unknownSession(states, id)
  const changes = ({ stream }: Fact): boolean => stream === sessionStream(id)
  // From SessionClosing to SessionClosed, in however many commits, all that it holds moves.
  let closing = false
  return {
    changes,
    belongs(fact) {
      if (changes(fact)) {
        closing = fact.type === 'SessionClosing' || (closing && fact.type !== 'SessionClosed')
        return true
      }
      return (closing && movesFrom(id, fact)) || (fact.type === 'SessionClosing' && fact.data.successorId === id)
    },
  }
}

/** All that stands on its stream: rounds and items too, which are its life. */
function groupChain(states: States, id: string): Chain {
  if (states.group(id) === undefined) unknownGroup(states, id)
  const changes = ({ stream }: Fact): boolean => stream === groupStream(id)
  return { changes, belongs: changes }
}

function movesFrom(id: string, fact: Fact): boolean {
  switch (fact.type) {
    case 'MessageTransferred':
    case 'MessageDeadLettered':
    case 'ParticipantLeft':
    case 'RunFailed':
    case 'RunCancelled':
      return fact.data.sessionId === id
    case 'OwnershipTransferred':
    case 'OwnerReleased':
    case 'CoordinatorVacated':
    case 'ItemReassigned':
      return fact.data.from === id
    case 'HandoffCancelled':
      return fact.data.from === id || fact.data.to === id
    default:
      return false
  }
}

/** All that lie above; a circle, which only a faulty writer makes, ends. */
function upward(first: string | undefined, next: (id: string) => string | undefined): Set<string> {
  const above = new Set<string>()
  for (let id = first; id !== undefined && !above.has(id); id = next(id)) above.add(id)
  return above
}

/** Also of an event that this build does not know. */
const named = ({ data }: Fact, field: string): unknown =>
  (data as Readonly<Record<string, unknown>> | null | undefined)?.[field]
