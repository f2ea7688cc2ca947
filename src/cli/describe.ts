/** An event as a sentence, for whoever reads a history. */
import type { EventData, EventType } from '../index.ts'
import { oneLine, visible } from './print.ts'

const name = (mailbox: string): string => mailbox.replace(/^session:/, '')
const because = ({ reason }: { readonly reason?: string | undefined }): string =>
  reason === undefined || reason === '' ? '' : `: ${oneLine(reason)}`

type Sentences = { readonly [T in EventType]: (data: EventData<T>) => string }

const SENTENCES: Sentences = {
  SessionOpened: (d) => `session ${d.sessionId} opened`,
  SessionClosing: (d) => `session ${d.sessionId} is closing (${d.outcome})${because(d)}`,
  SessionClosed: (d) => `session ${d.sessionId} closed (${d.outcome})${because(d)}`,
  SessionReopened: (d) => `session ${d.sessionId} opened again`,
  LeaseRenewed: (d) => `lease of ${d.sessionId ?? d.runId ?? ''} renewed until ${d.leaseUntil}`,
  RunStarted: (d) =>
    `run ${d.runId} started in ${d.sessionId}${d.parentRunId === undefined ? '' : ` by run ${d.parentRunId}`}`,
  RunBegan: (d) => `run ${d.runId} began${d.modelUsed === undefined ? '' : ` with ${d.modelUsed}`}`,
  RunSuspended: (d) => `run ${d.runId} waits${because(d)}`,
  RunResumed: (d) => `run ${d.runId} resumed`,
  RunProgressed: (d) => `run ${d.runId}: ${progress(d)}`,
  RunCheckpointed: (d) => `run ${d.runId} checkpoint ${d.label}`,
  RunCompleted: (d) => `run ${d.runId} completed`,
  RunFailed: (d) => `run ${d.runId} failed (${d.reason}): ${oneLine(d.error)}`,
  RunCancelled: (d) => `run ${d.runId} cancelled${because(d)}`,
  ChildRunLinked: (d) => `run ${d.runId} has a child ${d.childRunId}`,
  ChildRunSettled: (d) => `child ${d.childRunId} of run ${d.runId} ${d.outcome}`,
  EffectRegistered: (d) => `effect ${d.effectId} of run ${d.runId} registered`,
  EffectSettled: (d) => `effect ${d.effectId} of run ${d.runId} settled: ${d.outcome}`,
  PlaceTaken: (d) => `run ${d.runId} holds ${d.path}`,
  PlaceReleased: (d) => `run ${d.runId} let go of ${d.path}`,
  StateChanged: (d) => `state of ${d.scope} ${d.id}: ${changed(d)}`,
  ChildStateSeeded: (d) => `run ${d.runId} seeded with ${Object.keys(d.values).length} keys`,
  ChildResultMerged: (d) => `run ${d.childRunId} merged into ${d.scope} ${d.id}`,
  TaskOpened: (d) => `task ${d.taskId} opened: ${oneLine(d.title)}`,
  ParticipantJoined: (d) => `${d.sessionId} joined task ${d.taskId}`,
  ParticipantLeft: (d) => `${d.sessionId} left task ${d.taskId}${because(d)}`,
  TaskStatusChanged: (d) => `task ${d.taskId} ${d.from} → ${d.to}${because(d)}`,
  TaskClosed: (d) => `task ${d.taskId} closed (${d.outcome})${because(d)}`,
  OwnershipTransferred: (d) => `task ${d.taskId}: ${d.from ?? 'nobody'} → ${d.to} (${d.mode}, epoch ${d.epoch})`,
  OwnerReleased: (d) => `task ${d.taskId}: ${d.from} → nobody (epoch ${d.epoch})${because(d)}`,
  HandoffOffered: (d) => `task ${d.taskId} offered: ${d.from} → ${d.to}`,
  HandoffAccepted: (d) => `offer of task ${d.taskId} accepted by ${d.to}`,
  HandoffDeclined: (d) => `offer of task ${d.taskId} declined by ${d.to}${because(d)}`,
  HandoffCancelled: (d) => `offer of task ${d.taskId} to ${d.to} withdrawn${because(d)}`,
  HandoffExpired: (d) => `offer of task ${d.taskId} to ${d.to} expired`,
  MessageSent: (d) => `${d.kind} ${d.messageId} ${name(d.from)} → ${d.address}: ${oneLine(d.subject ?? d.body)}`,
  MessageDelivered: (d) => `${d.messageId} delivered to ${name(d.mailbox)}`,
  MessageUndeliverable: (d) => `${d.messageId} not delivered to ${name(d.mailbox)}${because(d)}`,
  MessageAcknowledged: (d) => `${d.messageId} acknowledged by ${name(d.mailbox)}`,
  MessageTransferred: (d) => `${d.messageId} moved from ${name(d.mailbox)} to ${name(d.to)}${because(d)}`,
  MessageDeadLettered: (d) => `${d.messageId} is a dead letter of ${name(d.mailbox)}${because(d)}`,
  DeadLetterRequeued: (d) => `dead letter ${d.messageId} goes to ${name(d.to)}`,
  DeadLetterDiscarded: (d) => `dead letter ${d.messageId} given up${because(d)}`,
}

function progress({ percent, step, label }: EventData<'RunProgressed'>): string {
  const parts = [percent === undefined ? undefined : `${percent} %`, step, label]
  return parts.filter((part) => part !== undefined).join(', ')
}

const changed = ({ set, remove }: EventData<'StateChanged'>): string =>
  [...Object.keys(set), ...remove.map((key) => `-${key}`)].join(', ')

/** What this build does not know is shown as it stands. */
export function describe(type: string, data: unknown): string {
  const sentence = Object.hasOwn(SENTENCES, type) ? SENTENCES[type as EventType] : undefined
  if (sentence === undefined) return `${type} ${oneLine(JSON.stringify(data))}`
  return visible(sentence(data as never))
}
