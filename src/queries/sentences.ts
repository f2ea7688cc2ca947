/**
 * An event as a sentence, for whoever reads a history: plain text on one line. What users wrote is in it as they wrote
 * it; whoever prints it makes sure that no terminal obeys it.
 */
import type { EventData, EventType } from '../events/catalog.ts'

/** One line of a text, cut to a width. */
export function brief(text: string, width = 72): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length <= width ? flat : `${flat.slice(0, width - 1)}…`
}

const name = (mailbox: string): string => mailbox.replace(/^session:/, '')
/** What a sentence says only where there is something to say. */
const given = (lead: string, what: string | undefined): string =>
  what === undefined || what === '' ? '' : `${lead}${brief(what)}`
const because = ({ reason }: { readonly reason?: string | undefined }): string => given(': ', reason)

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const rule = ({ items, fanIn: { mode, needed } }: EventData<'RoundDispatched'>): string =>
  mode === 'quorum' ? `${needed} of ${items.length} have to succeed` : mode

type Sentences = { readonly [T in EventType]: (data: EventData<T>) => string }

const sentences = (): Sentences => ({
  SessionOpened: (d) => `session ${d.sessionId} opened${given(' below ', d.parentSessionId)}`,
  SessionClosing: (d) =>
    `session ${d.sessionId} is closing (${d.outcome})${given(' in favour of ', d.successorId)}${because(d)}`,
  SessionClosed: (d) =>
    `session ${d.sessionId} closed (${d.outcome})${given(' in favour of ', d.successorId)}${because(d)}`,
  SessionReopened: (d) => `session ${d.sessionId} opened again`,
  LeaseRenewed: (d) => `lease of ${d.sessionId ?? d.runId ?? ''} renewed until ${d.leaseUntil}`,
  RunStarted: (d) =>
    `run ${d.runId} started in ${d.sessionId}${given(' by run ', d.parentRunId)}${given(' for effect ', d.effectId)}`,
  RunSeated: (d) => `run ${d.runId} belongs to ${d.sessionId}`,
  RunBegan: (d) => `run ${d.runId} began${given(' with ', d.modelUsed)}`,
  RunSuspended: (d) => `run ${d.runId} waits${because(d)}`,
  RunResumed: (d) => `run ${d.runId} resumed`,
  RunProgressed: (d) => `run ${d.runId}: ${progress(d)}`,
  RunCheckpointed: (d) => `run ${d.runId} checkpoint ${d.label}`,
  RunCompleted: (d) => `run ${d.runId} completed`,
  RunFailed: (d) => `run ${d.runId} failed${given(' with run ', d.endedWith)} (${d.reason}): ${brief(d.error)}`,
  RunCancelled: (d) => `run ${d.runId} cancelled${given(' with run ', d.endedWith)}${because(d)}`,
  ChildRunLinked: (d) => `run ${d.runId} has a child ${d.childRunId}`,
  ChildRunSettled: (d) => `child ${d.childRunId} of run ${d.runId} ${d.outcome}`,
  EffectRegistered: (d) => `effect ${d.effectId} of run ${d.runId} registered`,
  EffectSettled: (d) => `effect ${d.effectId} of run ${d.runId} settled: ${d.outcome}`,
  PlaceTaken: (d) => `run ${d.runId} holds ${d.path}`,
  PlaceReleased: (d) => `run ${d.runId} let go of ${d.path}`,
  StateChanged: (d) => `state of ${d.scope} ${d.id}: ${changed(d)}`,
  ChildStateSeeded: (d) =>
    `run ${d.runId} seeded with ${plural(Object.keys(d.values).length, 'key')}${given('; not there: ', d.missing.join(', '))}`,
  ChildResultMerged: (d) => `run ${d.childRunId} merged into ${d.scope} ${d.id}`,
  TaskOpened: (d) => `task ${d.taskId} opened: ${brief(d.title)}`,
  ParticipantJoined: (d) => `${d.sessionId} joined task ${d.taskId}`,
  ParticipantLeft: (d) => `${d.sessionId} left task ${d.taskId}${because(d)}`,
  TaskStatusChanged: (d) => `task ${d.taskId} ${d.from} → ${d.to}${because(d)}`,
  TaskClosed: (d) => `task ${d.taskId} closed (${d.outcome})${because(d)}`,
  OwnershipTransferred: (d) => `task ${d.taskId}: ${d.from ?? 'nobody'} → ${d.to} (${d.mode}, epoch ${d.epoch})`,
  OwnerReleased: (d) => `task ${d.taskId}: ${d.from} → nobody (epoch ${d.epoch})${because(d)}`,
  HandoffOffered: (d) => `task ${d.taskId} offered: ${d.from} → ${d.to}${given(': ', d.context)}`,
  HandoffAccepted: (d) => `offer of task ${d.taskId} accepted by ${d.to}`,
  HandoffDeclined: (d) => `offer of task ${d.taskId} declined by ${d.to}${because(d)}`,
  HandoffCancelled: (d) => `offer of task ${d.taskId} to ${d.to} withdrawn${because(d)}`,
  HandoffExpired: (d) => `offer of task ${d.taskId} to ${d.to} expired`,
  MessageSent: (d) =>
    `${d.kind} ${d.messageId} ${name(d.from)} → ${d.address}${given(', in reply to ', d.inReplyTo)}: ${about(d)}`,
  MessageDelivered: (d) => `${d.messageId} delivered to ${name(d.mailbox)}`,
  MessageUndeliverable: (d) => `${d.messageId} not delivered to ${name(d.mailbox)}${because(d)}`,
  MessageAcknowledged: (d) => `${d.messageId} acknowledged by ${name(d.mailbox)}`,
  MessageTransferred: (d) => `${d.messageId} moved from ${name(d.mailbox)} to ${name(d.to)}${because(d)}`,
  MessageDeadLettered: (d) => `${d.messageId} is a dead letter of ${name(d.mailbox)}${because(d)}`,
  MessageExpired: (d) => `${d.messageId} expired in ${name(d.mailbox)}`,
  RequestAnswered: (d) => `${d.messageId} answered by ${d.replyId}`,
  RequestExpired: (d) => `${d.messageId} was not answered in time`,
  DeadLetterRequeued: (d) => `dead letter ${d.messageId} goes to ${name(d.to)}`,
  DeadLetterDiscarded: (d) => `dead letter ${d.messageId} given up${because(d)}`,
  GroupFormed: (d) => `group ${d.groupId} formed by ${d.coordinator} with ${plural(d.members.length, 'member')}`,
  MemberAdded: (d) => `${name(d.member)} joined group ${d.groupId}`,
  MemberRemoved: (d) => `${name(d.member)} left group ${d.groupId}`,
  CoordinatorChanged: (d) => `group ${d.groupId} coordinated by ${d.to}${because(d)}`,
  CoordinatorVacated: (d) => `group ${d.groupId} has no coordinator since ${d.from} left${because(d)}`,
  RoundDispatched: (d) =>
    `round ${d.round} of group ${d.groupId}: ${plural(d.items.length, 'item')}, ${rule(d)}${given('; for its coordinator to settle: ', unbound(d))}`,
  ItemBound: (d) => `run ${d.runId} settles item ${d.itemId} of round ${d.round} of group ${d.groupId}`,
  ItemReassigned: (d) => `item ${d.itemId} of group ${d.groupId}: ${d.from} → ${d.to}`,
  ItemSettled: (d) => `item ${d.itemId} of group ${d.groupId} ${d.outcome}${d.late ? ', too late' : ''}${because(d)}`,
  FanInReached: (d) =>
    `round ${d.round} of group ${d.groupId} ${d.verdict}: ${d.results.length} in, ${d.missing.length} missing`,
  GroupCheckpointed: (d) =>
    `group ${d.groupId} checkpoint ${brief(d.label)}: ${d.settled.length} in, ${d.pending.length} pending`,
  RoundCancelled: (d) => `round ${d.round} of group ${d.groupId} cancelled${because(d)}`,
  GroupDisbanded: (d) => `group ${d.groupId} disbanded${because(d)}`,
})

/** Made when the first event is told: most who ask for something are told of none. */
let told: Sentences | undefined

/** What was handed over is its subject; what was said about it stands in the body. */
const about = ({ kind, subject, body }: EventData<'MessageSent'>): string =>
  subject !== undefined && kind === 'handoff' && body !== ''
    ? `${brief(subject)}: ${brief(body)}`
    : brief(subject ?? body)

/** Items that nobody was given. */
const unbound = ({ items }: EventData<'RoundDispatched'>): string =>
  items
    .filter(({ runId, sessionId, effectId }) => (runId ?? sessionId ?? effectId) === undefined)
    .map(({ itemId }) => itemId)
    .join(', ')

function progress({ percent, step, label }: EventData<'RunProgressed'>): string {
  const parts = [percent === undefined ? undefined : `${percent} %`, step, label]
  return parts.filter((part) => part !== undefined).join(', ')
}

const changed = ({ set, remove }: EventData<'StateChanged'>): string =>
  [...Object.keys(set), ...remove.map((key) => `-${key}`)].join(', ')

/** Total: what this build does not know, or what its writer made another thing of, is shown as it stands. */
export function describeEvent(type: string, data: unknown): string {
  told ??= sentences()
  const sentence = Object.hasOwn(told, type) ? told[type as EventType] : undefined
  try {
    if (sentence !== undefined) return sentence(data as never)
  } catch {
    // Users call the events of their own streams as they like.
  }
  return `${type} ${brief(JSON.stringify(data) ?? '')}`.trimEnd()
}
