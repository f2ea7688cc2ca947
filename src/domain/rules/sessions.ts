/** Opening a session, opening it again, and its lease. */
import type { OpenSession } from '../../commands/open-session.ts'
import type { RenewLease } from '../../commands/renew-lease.ts'
import type { ReopenSession } from '../../commands/reopen-session.ts'
import { acting, assertMayCommand, assertMayRule, type Acting } from '../acting.ts'
import { assertPayload } from '../deliver.ts'
import { liveRun, openSession, unknownSession } from '../find.ts'
import { sessionMailbox } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import { leaseStream, sessionStream, type Session } from '../session.ts'
import { workStream } from '../work.ts'
import { isoTime } from '../../iso-time.ts'
import type { Context, Decide, World } from '../world.ts'

export const decideOpenSession: Decide<OpenSession> = (command, world, context) => {
  const id = command.sessionId ?? context.newId()
  const { parentSessionId } = command
  // A session may open itself; anybody else has to be there already.
  if (context.actor.kind !== 'session' || context.actor.id !== id) acting(world, context)
  const existing = world.session(id)
  if (existing !== undefined) {
    if (command.ensure === true && existing.status === 'open') return []
    return refuse('SESSION_EXISTS', `session ${id} is there already, and ${existing.status}`, {
      details: { sessionId: id, status: existing.status },
      hint:
        existing.status === 'open'
          ? 'Where that is fine, say so: --ensure'
          : `Open it again: baton session reopen ${id}`,
    })
  }
  const parent = parentSessionId === undefined ? undefined : openSession(world, parentSessionId)
  const depth = parent === undefined ? 1 : parent.depth + 1
  if (depth > context.limits.depth) {
    return refuse('DEPTH_EXCEEDED', `session ${id} would stand ${depth} deep; the limit is ${context.limits.depth}`, {
      details: { limit: context.limits.depth, depth },
    })
  }
  const { label, harness, model, cwd, leaseMs, meta } = command
  assertPayload('', meta, context)
  return [
    {
      stream: sessionStream(id),
      type: 'SessionOpened',
      data: {
        sessionId: id,
        rootSessionId: parent?.rootSessionId ?? id,
        ...(parent !== undefined && { parentSessionId: parent.id }),
        depth,
        label,
        harness,
        model,
        cwd,
        ...leaseFrom(leaseMs, context),
        meta,
      },
    },
  ]
}

export const leaseFrom = (leaseMs: number | undefined, { now }: Context): { leaseMs?: number; leaseUntil?: string } =>
  leaseMs === undefined ? {} : { leaseMs, leaseUntil: isoTime(now + leaseMs) }

export const decideReopenSession: Decide<ReopenSession> = ({ sessionId }, world, context) => {
  const session = world.session(sessionId)
  if (session === undefined) return unknownSession(world.peek, sessionId)
  assertMayRule(reopener(world, context, session), session, world)
  if (session.status !== 'closed') {
    return refuse('INVALID_TRANSITION', `session ${sessionId} is ${session.status}`, {
      details: { sessionId, from: session.status, to: 'open' },
      ...(session.status === 'closing' && { hint: `Finish closing it first: baton session close ${sessionId}` }),
    })
  }
  return [
    {
      stream: sessionStream(sessionId),
      type: 'SessionReopened',
      data: { sessionId, ...leaseFrom(session.leaseMs, context) },
    },
  ]
}

/** A closed session commands nothing, but itself it may open again. */
function reopener(world: World, context: Context, session: Session): Acting {
  const { kind, id } = context.actor
  const itself = kind === 'session' && id === session.id
  return itself ? { operator: false, session, mailbox: sessionMailbox(id) } : acting(world, context)
}

export const decideRenewLease: Decide<RenewLease> = (command, world, context) => {
  const by = acting(world, context)
  const { sessionId, runId } = command
  if ((sessionId === undefined) === (runId === undefined)) {
    return refuse('INVALID_COMMAND', 'a lease is that of a session or of a run: name one of them', {
      details: { path: 'sessionId' },
    })
  }
  if (runId !== undefined) {
    const run = liveRun(world, runId)
    assertMayCommand(by, run, world)
    // While it waits no lease runs.
    if (run.status === 'waiting') return []
    const lease = renewed(`run ${runId}`, command.leaseMs ?? run.leaseMs, context)
    return [{ stream: workStream(runId), type: 'LeaseRenewed', data: { runId, ...lease } }]
  }
  const session = openSession(world, sessionId as string)
  assertMayRule(by, session, world)
  const lease = renewed(`session ${session.id}`, command.leaseMs ?? session.leaseMs, context)
  return [{ stream: leaseStream(session.id), type: 'LeaseRenewed', data: { sessionId: session.id, ...lease } }]
}

function renewed(what: string, leaseMs: number | undefined, { now }: Context): { leaseMs: number; leaseUntil: string } {
  if (leaseMs !== undefined) return { leaseMs, leaseUntil: isoTime(now + leaseMs) }
  return refuse('INVALID_TRANSITION', `${what} was given no lease`, {
    hint: 'Say for how long: --lease 30s, or leaseMs.',
  })
}
