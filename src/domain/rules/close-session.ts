/**
 * Closing a session: first SessionClosing bars the door, so that whatever was being attached is void; then everything it
 * holds moves, and SessionClosed comes last. With very much to move the second step is several commits. A crash between
 * leaves `closing`, and closing it again finishes it.
 */
import type { CloseSession } from '../../commands/close-session.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, assertMayRule, type Acting } from '../acting.ts'
import { of } from '../dict.ts'
import { heir } from '../deliver.ts'
import { closedSession, openSession, unknownSession } from '../find.ts'
import { sessionMailbox } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import type { Run } from '../run.ts'
import type { Seat } from '../seat.ts'
import { emptySeat } from '../seat.ts'
import { sessionStream, type Session } from '../session.ts'
import { taskStream } from '../task.ts'
import type { Context, Decide, Decision, World } from '../world.ts'
import { endRuns, type Terminal } from './end-run.ts'
import { withdrawOffer } from './handoff.ts'
import { leaveGroups } from './leave-groups.ts'
import { leaveMail } from './leave-mail.ts'
import { settling, type Settling } from './settle-items.ts'
import { inSteps } from './steps.ts'

export const decideCloseSession: Decide<CloseSession> = (command, world, context) => {
  const { sessionId } = command
  const session = world.session(sessionId)
  if (session === undefined) return unknownSession(world.peek, sessionId)
  const by = closer(world, context, session)
  assertMayRule(by, session, world)
  // Somebody else has finished it meanwhile, and may have opened it again: it was closed, as was asked.
  if (context.begun && session.status !== 'closing') return []
  if (session.status === 'closed') return closedSession(session)
  if (session.status === 'open') return barTheDoor(command, session, world)
  if (!context.begun) assertSameHeir(command, session)
  return moveOut(session, by, world, context)
}

/** Whoever finishes what another began, finishes that: another heir would be promised what the first one gets. */
function assertSameHeir({ successorId }: CloseSession, { id, closing }: Session): void {
  if (successorId === undefined || successorId === closing?.successorId) return
  refuse('INVALID_TRANSITION', `session ${id} is being closed in favour of ${closing?.successorId ?? 'nobody'}`, {
    details: { sessionId: id, successorId: closing?.successorId, outcome: closing?.outcome },
    hint: `Finish that as it was begun: baton session close ${id}`,
  })
}

/** While it is closing, the session itself may still finish that. */
function closer(world: World, context: Context, session: Session): Acting {
  if (context.actor.kind === 'session' && context.actor.id === session.id && session.status === 'closing') {
    return { operator: false, session, mailbox: sessionMailbox(session.id) }
  }
  return acting(world, context)
}

function barTheDoor({ outcome, reason, successorId, force }: CloseSession, session: Session, world: World): Decision {
  // Whoever would rather not fail its runs relies on none being started meanwhile.
  const loses = force === true || outcome === 'lost'
  const live = loses ? [] : Object.keys(world.seat(session.id)?.liveRuns ?? {})
  if (live.length > 0) {
    return refuse('RUNS_LIVE', `session ${session.id} has ${live.length} live runs`, {
      details: { sessionId: session.id, runs: live.slice(0, 20), count: live.length },
      hint: 'End them first, or fail them as lost: --force',
    })
  }
  if (successorId === session.id) {
    return refuse('INVALID_COMMAND', 'a session cannot succeed itself', { details: { path: 'successorId' } })
  }
  if (successorId !== undefined) openSession(world, successorId)
  const data = { sessionId: session.id, outcome, reason, successorId }
  return { step: [{ stream: sessionStream(session.id), type: 'SessionClosing', data }] }
}

export function moveOut(session: Session, by: Acting, world: World, context: Context): Decision {
  const { id } = session
  const { outcome, reason, successorId } = session.closing as NonNullable<Session['closing']>
  // The successor may have closed meanwhile: then its own comes next.
  const successor = successorId === undefined ? undefined : heir(world, successorId)
  const items = settling(world, context)
  const lost = lostRuns(id, world, context, items)
  const ended = new Set(lost.flat().flatMap(({ stream, type }) => (ENDS.has(type) ? [stream] : [])))
  const moves = [
    ...lost,
    ...leaveMail(id, successor, ended, by, world, context),
    ...leaveGroups(id, successor, by, world, context, items),
    ...tasks(id, successor, by, world, context),
  ]
  const closed: Fact = {
    stream: sessionStream(id),
    type: 'SessionClosed',
    data: { sessionId: id, outcome, reason, successorId },
  }
  return inSteps(moves, [closed], context)
}

const ENDS: ReadonlySet<string> = new Set(['RunFailed', 'RunCancelled'])

function lostRuns(id: string, world: World, context: Context, items: Settling): Fact[][] {
  const live = Object.keys(world.peek.seat(id)?.liveRuns ?? {})
  const lost = (run: Run): Terminal => ({
    type: 'RunFailed',
    data: { runId: run.id, sessionId: run.sessionId, reason: 'lost', error: `session ${id} was closed` },
  })
  return endRuns(live, world, context, lost, items)
}

function tasks(id: string, successor: Session | undefined, by: Acting, world: World, context: Context): Fact[][] {
  const seat: Seat = world.peek.seat(id) ?? emptySeat()
  const touched = [
    ...new Set([...Object.keys(seat.owned), ...Object.keys(seat.participates), ...Object.keys(seat.offers)]),
  ]
  return touched.flatMap((taskId) => {
    const task = world.task(taskId)
    if (task === undefined || task.status === 'closed') return []
    const stream = taskStream(taskId)
    const why = `session ${id} was closed`
    const facts: Fact[] = []
    if (task.offer?.from === id || task.offer?.to === id)
      facts.push(...withdrawOffer(task, why, by, world, context, id))
    if (task.owner === id) {
      const epoch = task.epoch + 1
      if (successor !== undefined && of(task.participants, successor.id) === undefined) {
        facts.push({ stream, type: 'ParticipantJoined', data: { taskId, sessionId: successor.id } })
      }
      facts.push(
        successor === undefined
          ? { stream, type: 'OwnerReleased', data: { taskId, from: id, epoch, reason: why } }
          : {
              stream,
              type: 'OwnershipTransferred',
              data: { taskId, from: id, to: successor.id, epoch, mode: 'succession', reason: why },
            },
      )
    }
    if (of(task.participants, id) !== undefined) {
      facts.push({ stream, type: 'ParticipantLeft', data: { taskId, sessionId: id, reason: why } })
    }
    return facts.length === 0 ? [] : [facts]
  })
}
