/** Who a command is by, and whether they may. It is attribution, not authentication. */
import { closedSession, endedRun, liveRun, unknownSession } from './find.ts'
import { OPERATOR, runMailbox, sessionMailbox, type Recipient } from './mailbox.ts'
import { refuse } from './refuse.ts'
import { isLive, type Run } from './run.ts'
import type { Session } from './session.ts'
import type { Context, World } from './world.ts'

export interface Acting {
  /** The operator may do everything, and so may the system. */
  readonly operator: boolean
  readonly session?: Session
  readonly run?: Run
  /** Where its messages come from, and answers go to. */
  readonly mailbox: Recipient
}

/**
 * Relies on the actor's lifecycle: whoever is closed while the command is on its way commands nothing any more; but a
 * cascade that ends the acting run on its way goes on to its end.
 */
export function acting(world: World, { actor, begun }: Context): Acting {
  if (actor.kind === 'operator') return { operator: true, mailbox: OPERATOR }
  if (actor.kind !== 'session' || actor.id === undefined) return { operator: true, mailbox: { mailbox: 'system' } }
  const session = world.session(actor.id)
  if (session === undefined) return unknownSession(world.peek, actor.id)
  if (session.status !== 'open' && !begun) return closedSession(session)
  if (actor.run === undefined) return { operator: false, session, mailbox: sessionMailbox(session.id) }
  const run = world.run(actor.run)
  if (run === undefined || run.sessionId !== session.id) {
    return refuse('UNKNOWN_RUN', `session ${session.id} has no run ${actor.run}`, {
      details: { sessionId: session.id, runId: actor.run },
      hint: `See its runs: baton session show ${session.id}`,
    })
  }
  if (!isLive(run) && !begun) return endedRun(run)
  return { operator: false, session, run, mailbox: runMailbox(run) }
}

/** The session that acts, for what only a session can do; the operator names one. */
export function actingSession(by: Acting, named: string | undefined): string {
  const id = named ?? by.session?.id
  if (id !== undefined) return id
  return refuse('INVALID_COMMAND', 'the operator is no session: name one', {
    details: { path: 'sessionId' },
    hint: 'Add the session, or act as it: --as <session>',
  })
}

/** "session planner", "the operator": as sentences name whoever acts. */
export const nameOf = (by: Acting): string =>
  by.session === undefined
    ? by.mailbox.mailbox === 'operator'
      ? 'the operator'
      : 'the system'
    : `session ${by.session.id}`

export const notAllowed = (by: Acting, what: string, who: string): never =>
  refuse('NOT_ALLOWED', `${nameOf(by)} may not ${what}`, { hint: `${who} may, and the operator.` })

/** Run commands: the run, its session, its parent run, that run's session. */
export function assertMayCommand(by: Acting, run: Run, world: World): void {
  if (by.operator || by.session?.id === run.sessionId) return
  // Which session a run belongs to never changes.
  const parent = run.parentRunId === undefined ? undefined : world.peek.run(run.parentRunId)
  if (parent !== undefined && by.session?.id === parent.sessionId) return
  notAllowed(by, `command run ${run.id}`, 'Its session and that of its parent run')
}

/** A run that has not ended, for whoever may command it. */
export function commanded(runId: string, world: World, context: Context): { run: Run; by: Acting } {
  const by = acting(world, context)
  const run = liveRun(world, runId)
  assertMayCommand(by, run, world)
  return { run, by }
}

/** A session itself and those above it. */
export function assertMayRule(by: Acting, session: Session, world: World): void {
  if (by.operator) return
  // Parents never change either.
  let at: Session | undefined = session
  // As deep as it stands: a circle, which only a faulty writer makes, ends.
  for (let above = 0; at !== undefined && above < session.depth; above++) {
    if (at.id === by.session?.id) return
    at = at.parentSessionId === undefined ? undefined : world.peek.session(at.parentSessionId)
  }
  notAllowed(by, `rule session ${session.id}`, 'The session itself and those above it')
}
