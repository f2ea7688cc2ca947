/**
 * Closing a session: first SessionClosing bars the door, so that whatever was being attached is void; then everything it
 * holds moves, and SessionClosed comes last. With very much to move the second step is several commits. A crash between
 * leaves `closing`, and closing it again finishes it.
 */
import type { CloseSession } from '../../commands/close-session.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, assertMayRule, type Acting } from '../acting.ts'
import { of } from '../dict.ts'
import { deadLettered, heir, OWN_KINDS, tell, tellSender, transferred } from '../deliver.ts'
import { closedSession, openSession, unknownSession } from '../find.ts'
import { groupStream } from '../group.ts'
import { mailboxKind, sessionMailbox, type InboxEntry } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import { runStream, type BoundItem, type Run } from '../run.ts'
import type { Seat } from '../seat.ts'
import { emptySeat } from '../seat.ts'
import { sessionStream, type Session } from '../session.ts'
import { taskStream } from '../task.ts'
import type { Context, Decide, Decision, World } from '../world.ts'
import { endRuns, type Terminal } from './end-run.ts'
import { withdrawOffer } from './handoff.ts'
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
    ...mail(id, successor, ended, by, world, context),
    ...groups(id, successor, by, world, context, items),
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

/** The seats of a coordinator fall vacant; items go on with the successor, else they have failed. */
function groups(
  id: string,
  successor: Session | undefined,
  by: Acting,
  world: World,
  context: Context,
  items: Settling,
): Fact[][] {
  const { coordinates, workedIn } = world.peek.seat(id) ?? emptySeat()
  const reason = `session ${id} was closed`
  const vacated = Object.keys(coordinates).flatMap((groupId): Fact[][] => {
    const group = world.group(groupId)
    if (group?.coordinator !== id || group.status === 'disbanded') return []
    return [[{ stream: groupStream(groupId), type: 'CoordinatorVacated', data: { groupId, from: id, reason } }]]
  })
  const left = Object.keys(workedIn).flatMap((groupId) => openItemsOf(id, groupId, world))
  return [
    ...vacated,
    ...left.map((item): Fact[] => {
      if (successor === undefined) return items.settle(item, { outcome: 'failed', reason }, by.mailbox)
      return reassigned(item, id, successor.id, by, world, context)
    }),
  ].filter((facts) => facts.length > 0)
}

/** The dispatch message moves with the mail, unless it was acknowledged: then the successor is told where it is. */
function reassigned(item: BoundItem, from: string, to: string, by: Acting, world: World, context: Context): Fact[] {
  const { groupId, round, itemId } = item
  const facts: Fact[] = [
    { stream: groupStream(groupId), type: 'ItemReassigned', data: { groupId, round, itemId, from, to } },
  ]
  const { messageId = '' } = of(world.peek.round(groupId, round)?.items, itemId) ?? {}
  // What is being closed acknowledges nothing any more without relying on the mailbox.
  const { state } = of(world.peek.message(messageId)?.deliveries, `session:${from}`) ?? {}
  if (state === 'pending' || state === 'transferred') return facts
  const letter = {
    kind: 'notice',
    subject: `item ${itemId} of round ${round} of group ${groupId} is yours`,
    body: `session ${from} was closed; what is to be done: message ${messageId}`,
    data: { groupId, round, itemId, messageId },
  }
  return [...facts, ...tell(world, context, by.mailbox, to, letter)]
}

/** What a session was to do in the newest round; where that has fanned in already it comes late. */
function openItemsOf(id: string, groupId: string, world: World): BoundItem[] {
  const group = world.group(groupId)
  const round = group === undefined ? undefined : world.round(groupId, group.rounds)
  if (group === undefined || round === undefined) return []
  if (group.status === 'disbanded' || round.status === 'cancelled') return []
  const { items } = round
  return Object.entries(items)
    .filter(([, { sessionId, outcome }]) => sessionId === id && outcome === undefined)
    .map(([itemId]) => ({ groupId, round: group.rounds, itemId }))
}

/** Its own mail and its runs': to the successor, else to the dead letters, and whoever wrote it hears of that. */
function mail(
  id: string,
  successor: Session | undefined,
  ended: ReadonlySet<string>,
  by: Acting,
  world: World,
  context: Context,
): Fact[][] {
  const mailboxes = Object.keys(world.peek.inbox(id)?.counts ?? {})
  const entries = Object.values(world.inbox(sessionMailbox(id), mailboxes)?.entries ?? {})
  const why = `session ${id} was closed`
  if (successor !== undefined) {
    const to = sessionMailbox(successor.id)
    return entries.map(({ messageId, mailbox }) => [transferred(messageId, { mailbox, sessionId: id }, to, why)])
  }
  // One commit has to hold a batch with its notice, and the end.
  const room = Math.max(1, Math.min(BATCH, context.limits.commitEvents - 3))
  return batchesBySender(entries, room, world).map(({ sender, letters }) => [
    ...letters.map(({ messageId, mailbox }) => deadLettered(messageId, { mailbox, sessionId: id }, why)),
    ...(sender === undefined ? [] : deathNotice(readerOf(sender, ended, world), letters, why, by, world, context)),
  ])
}

/** A run that ends here reads nothing any more: its session does. */
function readerOf(sender: string, ended: ReadonlySet<string>, { peek }: World): string {
  const [kind, id] = mailboxKind(sender)
  return kind === 'run' && ended.has(runStream(id)) ? `session:${peek.run(id)?.sessionId ?? ''}` : sender
}

interface Batch {
  /** Nobody, where Baton wrote them itself. */
  readonly sender: string | undefined
  readonly letters: InboxEntry[]
}

/** So many deaths are told in one notice. */
const BATCH = 100

/** In log order, as far as a batch goes. */
function batchesBySender(entries: readonly InboxEntry[], room: number, world: World): Batch[] {
  const batches: Batch[] = []
  const filling = new Map<string | undefined, Batch>()
  for (const entry of entries) {
    const message = world.peek.message(entry.messageId)
    const sender = message === undefined || OWN_KINDS.has(message.kind) ? undefined : message.from
    const batch = filling.get(sender) ?? { sender, letters: [] }
    if (batch.letters.length === 0) batches.push(batch)
    batch.letters.push(entry)
    if (batch.letters.length < room) filling.set(sender, batch)
    else filling.delete(sender)
  }
  return batches
}

function deathNotice(
  sender: string,
  letters: readonly InboxEntry[],
  why: string,
  by: Acting,
  world: World,
  context: Context,
): Fact[] {
  const [{ messageId, mailbox } = { messageId: '', mailbox: '' }] = letters
  const what =
    letters.length === 1
      ? `message ${messageId} to ${mailbox} is a dead letter`
      : `${letters.length} messages are dead letters`
  return tellSender(world, context, by.mailbox, sender, {
    kind: 'notice',
    subject: what,
    body: `${why}; the operator can requeue or discard them: baton dead list`,
    data: { reason: why, letters: letters.map(({ messageId: id, mailbox: at }) => ({ messageId: id, mailbox: at })) },
  })
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
