/** What had happened, and what follows, in few words: sessions, runs, tasks and mail. */
import { createHash } from 'node:crypto'
import type { Actor, Command, Fact } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, type Expected } from './cases.ts'

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>
type Beside<Type extends Command['type'], Named extends string = never> = Partial<Omit<Of<Type>, 'type' | Named>>

export const by = (id: string, run?: string): Actor => ({ kind: 'session', id, ...(run !== undefined && { run }) })

// ---- given, by the operator

export const open = (sessionId: string, more: Beside<'OpenSession', 'sessionId'> = {}): Command => ({
  type: 'OpenSession',
  sessionId,
  ...more,
})

export const sessions = (...ids: string[]): Command[] => ids.map((id) => open(id))

export const close = (sessionId: string, more: Beside<'CloseSession', 'sessionId'> = {}): Command => ({
  type: 'CloseSession',
  sessionId,
  outcome: 'done',
  ...more,
})

/** As a crash between its two commits leaves it. */
export const closing = (sessionId: string, successorId?: string): Fact => ({
  stream: `session-${sessionId}`,
  type: 'SessionClosing',
  data: { sessionId, outcome: 'done', ...(successorId !== undefined && { successorId }) },
})

/** A run at work. */
export const start = (
  runId: string,
  sessionId: string,
  more: Beside<'StartRun', 'runId' | 'sessionId'> = {},
): Command => ({ type: 'StartRun', runId, sessionId, begin: true, ...more }) as const

/** A run that has not begun. */
export const create = (
  runId: string,
  sessionId: string,
  more: Beside<'StartRun', 'runId' | 'sessionId'> = {},
): Command => start(runId, sessionId, { ...more, begin: false })

export const complete = (runId: string, result?: unknown): Command => ({
  type: 'CompleteRun',
  runId,
  ...(result !== undefined && { result }),
})

export const fail = (runId: string): Command => ({ type: 'FailRun', runId, reason: 'error', error: 'it broke' })

export const write = (scope: 'session' | 'run', id: string, set: Record<string, unknown>): Command => ({
  type: 'SetState',
  scope,
  id,
  set,
})

export const task = (taskId: string, more: Beside<'OpenTask', 'taskId' | 'title'> = {}): Command => ({
  type: 'OpenTask',
  taskId,
  title: 'the parser',
  ...more,
})

export const closeTask = (taskId: string): Command => ({ type: 'CloseTask', taskId, outcome: 'done' })

/** An offer of task t1, told by nobody. */
export const offered = (from: string, to: string, more: { expiresAt?: string } = {}): Fact => ({
  stream: 'task-t1',
  type: 'HandoffOffered',
  data: { taskId: 't1', offerId: 'offer-1', from, to, ...more },
})

/** A message to each of these mailboxes, with an id of one's own. */
export function mail(messageId: string, from: string, ...to: readonly Box[]): Given[] {
  const sent = messageSent(messageId, from, to.map(nameOf), { address: to.map(nameOf).join(' '), body: 'hello' })
  return [sent, ...to.map((box) => delivered(messageId, box))] as Fact[]
}

// ---- what follows

/** `session:coder`, `operator`; a run's mailbox with the session in whose inbox it shows. */
export type Box = string | readonly [mailbox: string, sessionId: string]

const nameOf = (box: Box): string => (typeof box === 'string' ? box : box[0])
const streamOf = (box: Box): string => `mailbox-${nameOf(box).replace(':', '-')}`

const sessionOf = (box: Box): string | undefined =>
  typeof box !== 'string' ? box[1] : box.startsWith('session:') ? box.slice('session:'.length) : undefined

function lying(messageId: string, box: Box) {
  const sessionId = sessionOf(box)
  return { messageId, mailbox: nameOf(box), ...(sessionId !== undefined && { sessionId }) }
}

type SentData = Extract<Fact, { type: 'MessageSent' }>['data']

export const messageSent = (
  messageId: string,
  from: string,
  to: readonly string[],
  more: Partial<SentData> & Pick<SentData, 'address' | 'body'>,
): Expected =>
  event(streamOf(from), 'MessageSent', { messageId, from, to: [...to], threadId: messageId, kind: 'message', ...more })

export const delivered = (messageId: string, to: Box): Expected =>
  event(streamOf(to), 'MessageDelivered', lying(messageId, to))

export const undeliverable = (messageId: string, to: Box, reason: string): Expected =>
  event(streamOf(to), 'MessageUndeliverable', { ...lying(messageId, to), reason })

export const acknowledged = (messageId: string, at: Box): Expected =>
  event(streamOf(at), 'MessageAcknowledged', lying(messageId, at))

export const deadLettered = (messageId: string, at: Box, reason: string): Expected =>
  event(streamOf(at), 'MessageDeadLettered', { ...lying(messageId, at), reason })

export const transferred = (messageId: string, at: Box, to: string, reason: string): Expected =>
  event(streamOf(at), 'MessageTransferred', {
    ...lying(messageId, at),
    to: `session:${to}`,
    toSessionId: to,
    reason,
  })

/** A message of Baton's own, to a session. */
export function told(
  messageId: string,
  from: string,
  to: string,
  more: Partial<SentData> & Pick<SentData, 'kind' | 'subject' | 'body'>,
): Expected[] {
  const box = `session:${to}`
  return [messageSent(messageId, from, [box], { address: box, ...more }), delivered(messageId, box)]
}

/** What the sides of an offer of task t1 hear. */
export const noticed = (messageId: string, from: string, to: string, subject: string, body: string): Expected[] =>
  told(messageId, from, to, { kind: 'notice', subject, body, taskId: 't1', data: { taskId: 't1' } })

/** What the sender of a message that became a dead letter hears when its session closes. */
export const deathNotice = (
  messageId: string,
  to: string,
  closed: string,
  ...letters: readonly (readonly [messageId: string, mailbox: string])[]
): Expected[] =>
  told(messageId, 'operator', to, {
    kind: 'notice',
    subject:
      letters.length === 1
        ? `message ${letters[0]?.[0] ?? ''} to ${letters[0]?.[1] ?? ''} is a dead letter`
        : `${letters.length} messages are dead letters`,
    body: `session ${closed} was closed; the operator can requeue or discard them: baton dead list`,
    data: {
      reason: `session ${closed} was closed`,
      letters: letters.map(([id, mailbox]) => ({ messageId: id, mailbox })),
    },
  })

/** The streams of places are named after their paths' hashes. */
export const placeStream = (path: string): string =>
  `place-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`

/** Of values whose keys are in order. */
export const hashOf = (values: object): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32)

export const LONG = 'x'.repeat(201)
