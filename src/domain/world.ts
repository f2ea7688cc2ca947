/**
 * What a decision sees. Reading relies on what was read: its stream goes into the commit's `on`, and the commit is void
 * if somebody writes that stream meanwhile. `peek` reads without relying; each use of it says why that is enough.
 */
import type { Fact } from '../events/catalog.ts'
import type { Limits } from './limits.ts'
import { inboxOf, mailboxStream, type Inbox, type Message, type Recipient } from './mailbox.ts'
import { placeStream, type HeldPlace } from './place.ts'
import { runStream, type Run } from './run.ts'
import type { Seat } from './seat.ts'
import { sessionStream, type Session } from './session.ts'
import { stateStream, type Done, type Scope } from './state.ts'
import { taskStream, type Task } from './task.ts'
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
  inbox: (owner: string) => Inbox | undefined
  message: (id: string) => Message | undefined
  /** The sessions with this label. */
  labelled: (label: string) => readonly string[]
  /** Every id of this kind, to offer the nearest ones. */
  ids: (kind: 'session' | 'task') => readonly string[]
  /** Of the newest event. */
  readonly position: number
}

export interface World {
  readonly peek: States
  session: (id: string) => Session | undefined
  run: (id: string) => Run | undefined
  work: (runId: string) => Work | undefined
  sessionState: (rootSessionId: string) => Scope | undefined
  task: (id: string) => Task | undefined
  place: (path: string) => HeldPlace | undefined
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
    peek: checked(states, check),
    session(id) {
      rely(sessionStream(id))
      return states.session(id)
    },
    run(id) {
      rely(runStream(id))
      return states.run(id)
    },
    work(runId) {
      rely(workStream(runId))
      return states.work(runId)
    },
    sessionState(rootSessionId) {
      rely(stateStream(rootSessionId))
      return states.sessionState(rootSessionId)
    },
    task(id) {
      rely(taskStream(id))
      return states.task(id)
    },
    place(path) {
      rely(placeStream(path))
      return states.place(path)
    },
    inbox(recipient, mailboxes) {
      for (const mailbox of mailboxes) rely(mailboxStream(mailbox))
      return states.inbox(inboxOf(recipient))
    },
  }
}

function checked(states: States, check: (stream: string) => void): States {
  return {
    ...states,
    session(id) {
      check(sessionStream(id))
      return states.session(id)
    },
    run(id) {
      check(runStream(id))
      return states.run(id)
    },
    work(runId) {
      check(workStream(runId))
      return states.work(runId)
    },
    sessionState(rootSessionId) {
      check(stateStream(rootSessionId))
      return states.sessionState(rootSessionId)
    },
    task(id) {
      check(taskStream(id))
      return states.task(id)
    },
    position: states.position,
  }
}

/** An instant as events hold it. Pure: the milliseconds come from the context. */
export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()
