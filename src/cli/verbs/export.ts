import type { EventData, Hub, LoggedEvent } from '../../index.ts'
import { isTerminal } from '../output.ts'
import { openBar } from '../progress.ts'
import { unknownWord } from '../usage.ts'
import type { Line, VerbBody } from '../verb.ts'

const FORMATS = ['jsonl', 'agent-message'] as const

export const exportVerb: VerbBody = {
  more: 'Every event, or every delivery of a message.',
  options: () => ({
    format: {
      type: 'string',
      value: FORMATS.join('|'),
      about: 'events, or messages as they arrived; events if not given',
    },
  }),
  examples: ['baton export > events.jsonl', 'baton export --format agent-message > messages.jsonl'],
  async run({ given, reader, signal }) {
    const { format = 'jsonl' } = given
    if (format !== 'jsonl' && format !== 'agent-message') {
      throw unknownWord('format', String(format), FORMATS, `One of ${FORMATS.join(', ')}.`)
    }
    const hub = await reader()
    // Between lines on the same terminal a bar would only be in the way.
    const bar = openBar({
      doing: 'exporting',
      unit: 'positions',
      given: isTerminal(1) ? { quiet: true } : given,
    })
    const total = hub.head.position
    const told = (position: number): void => bar.update({ done: Math.min(position, total), total })
    return { lines: printed(hub, format === 'jsonl' ? hub.log({ signal }) : deliveries(hub, signal), told, bar.end) }
  },
}

/** Text and JSON are the same thing here. A damaged hub gives what can be read, and then says so. */
async function* printed(
  hub: Hub,
  documents: AsyncIterable<LoggedEvent | AgentMessage>,
  told: (position: number) => void,
  end: () => void,
): AsyncGenerator<Line> {
  try {
    for await (const json of documents) {
      yield {
        json,
        get text() {
          return JSON.stringify(json)
        },
      }
      told('deliveredAt' in json ? json.deliveredAt : json.position)
    }
  } finally {
    end()
  }
  if (hub.damage !== undefined) throw hub.damage
}

/** A message as it arrived in one mailbox. */
interface AgentMessage {
  readonly id: string
  readonly from: string
  /** The mailbox: `session:<id>`, `run:<id>` or `operator`. */
  readonly to: string
  readonly kind: string
  readonly subject?: string
  readonly body: string
  readonly data?: unknown
  readonly sentAt: string
  /** The position at which it arrived. */
  readonly deliveredAt: number
  readonly thread: string
  readonly inReplyTo?: string
  readonly task?: string
}

type Sent = Pick<
  EventData<'MessageSent'>,
  'from' | 'kind' | 'subject' | 'body' | 'data' | 'threadId' | 'inReplyTo' | 'taskId'
> & { readonly id: string; readonly sentAt: string }

/** Each arrival of a message in a mailbox, in order: first deliveries, and those that were moved on or sent again. */
async function* deliveries(hub: Hub, signal: AbortSignal): AsyncGenerator<AgentMessage> {
  // A message and its first deliveries are one commit. Of what arrives later the body is looked up, so that nothing
  // has to be kept in memory.
  let commit = ''
  const sent = new Map<string, Sent>()
  for await (const event of hub.log({ signal })) {
    if (event.commit !== commit) {
      commit = event.commit
      sent.clear()
    }
    if (event.type === 'MessageSent') {
      const { messageId, ...data } = event.data as EventData<'MessageSent'>
      sent.set(messageId, { ...data, id: messageId, sentAt: event.at })
      continue
    }
    const arrival = arrivalOf(event)
    if (arrival === undefined) continue
    const message = sent.get(arrival.id) ?? (await hub.message(arrival.id, { signal }))
    if (message !== undefined) yield agentMessage(message, arrival.to, event.position)
  }
}

function arrivalOf({ type, data }: LoggedEvent): { readonly id: string; readonly to: string } | undefined {
  switch (type) {
    case 'MessageDelivered': {
      const { messageId, mailbox } = data as EventData<'MessageDelivered'>
      return { id: messageId, to: mailbox }
    }
    case 'MessageTransferred':
    case 'DeadLetterRequeued': {
      const { messageId, to } = data as EventData<'MessageTransferred' | 'DeadLetterRequeued'>
      return { id: messageId, to }
    }
    default:
      return undefined
  }
}

function agentMessage(message: Sent, to: string, deliveredAt: number): AgentMessage {
  const { id, from, kind, subject, body, data, sentAt, threadId, inReplyTo, taskId } = message
  return {
    id,
    from,
    to,
    kind,
    ...(subject !== undefined && { subject }),
    body,
    ...(data !== undefined && { data }),
    sentAt,
    deliveredAt,
    thread: threadId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(taskId !== undefined && { task: taskId }),
  }
}
