/**
 * What a decision sees. Reading relies on what was read: its stream goes into the commit's `on`, and the commit is void
 * if somebody writes that stream meanwhile. `peek` reads without relying; each use of it says why that is enough.
 */
import type { Fact } from '../events/catalog.ts'
import { groupStream, type Group } from './group.ts'
import type { Limits } from './limits.ts'
import { inboxOf, mailboxStream, type Inbox, type Message, type Recipient } from './mailbox.ts'
import { placeStream, type HeldPlace } from './place.ts'
import type { Round } from './round.ts'
import { runStream, type Run } from './run.ts'
import { seatStream, type Seat } from './seat.ts'
import { leaseStream, sessionStream, type Session } from './session.ts'
import { stateStream, type Done, type Scope } from './state.ts'
import { taskStream, type Task } from './task.ts'
import type { TimerKind, Timers } from './timers.ts'
import { workStream, type Work } from './work.ts'

/** The folded states, by id. */
export interface States {
  session: (id: string) => Session | undefined
  run: (id: string) => Run | undefined
  work: (runId: string) => Work | undefined
  sessionState: (rootSessionId: string) => Scope | undefined
  task: (id: string) => Task | undefined
  place: (path: string) => HeldPlace | undefined
  seat: (sessionId: string) => Seat | undefined
  /** Until when a session's lease runs. */
  lease: (sessionId: string) => string | undefined
  group: (id: string) => Group | undefined
  round: (groupId: string, round: number) => Round | undefined
  inbox: (owner: string) => Inbox | undefined
  /** How many messages wait there. */
  waiting: (owner: string) => number
  message: (id: string) => Message | undefined
  /** The sessions with this label. */
  labelled: (label: string) => readonly string[]
  /** The groups with this name, whatever their root session. */
  groupsNamed: (name: string) => readonly string[]
  /** What of this kind falls due. */
  timers: (kind: TimerKind) => Timers | undefined
  /** Whether it is there and has not ended. */
  isOpen: (kind: 'session' | 'group', id: string) => boolean
  /** The ids of this kind that somebody may mean: what has not ended, and what came last. */
  ids: (kind: 'session' | 'task' | 'run' | 'group') => readonly string[]
  /** Of the newest event. */
  readonly position: number
  /** The highest time that any commit claims. */
  readonly at: string
}

export interface World extends Readers {
  readonly peek: States
  /** An inbox, relying on these of its mailboxes. */
  inbox: (recipient: Recipient, mailboxes: readonly string[]) => Inbox | undefined
}

/** Beside the states: who commands, when, and with which fresh ids. Fixed before the first try and kept across retries. */
export interface Context {
  readonly actor: { readonly kind: string; readonly id?: string; readonly run?: string }
  /** Milliseconds since 1970. */
  readonly now: number
  readonly newId: () => string
  /** A step of this command is in the log: whoever began it may finish it. */
  readonly begun: boolean
  readonly limits: Limits
}

export type Decision =
  | readonly Fact[]
  /** A step of several: once it is in the log the command is decided again. */
  | { readonly step: readonly Fact[] }
  /** It was done before, by that commit. */
  | { readonly done: Done }

export type Decide<Command> = (command: Command, world: World, context: Context) => Decision

/** `check` is asked for every stream that is looked at, relied on or not: it throws where this build cannot read it. */
export function openWorld(states: States, rely: (stream: string) => void, check: (stream: string) => void): World {
  return {
    ...readers(states, rely),
    peek: { ...states, ...readers(states, check) },
    inbox(recipient, mailboxes) {
      for (const mailbox of mailboxes) rely(mailboxStream(mailbox))
      return states.inbox(inboxOf(recipient))
    },
  }
}

/** For whoever only asks, and relies on nothing. */
export const asking = (states: States): World => openWorld(states, ignore, ignore)

const ignore = (): void => undefined

type Readers = Pick<
  States,
  'session' | 'lease' | 'seat' | 'run' | 'work' | 'sessionState' | 'task' | 'place' | 'group' | 'round'
>

/** The states that have a stream of their own, which is told before each is read. */
function readers(states: States, tell: (stream: string) => void): Readers {
  const reader =
    <Doc>(streamOf: (id: string) => string, read: (id: string) => Doc) =>
    (id: string): Doc => {
      tell(streamOf(id))
      return read(id)
    }
  return {
    session: reader(sessionStream, states.session),
    run: reader(runStream, states.run),
    work: reader(workStream, states.work),
    sessionState: reader(stateStream, states.sessionState),
    task: reader(taskStream, states.task),
    place: reader(placeStream, states.place),
    seat: reader(seatStream, states.seat),
    lease: reader(leaseStream, states.lease),
    group: reader(groupStream, states.group),
    round(groupId, round) {
      tell(groupStream(groupId))
      return states.round(groupId, round)
    },
  }
}
