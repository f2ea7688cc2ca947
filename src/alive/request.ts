/** A message that wants an answer, and the wait for it, in whichever process it is given. */
import { durationOf, LONGEST_TIMER_MS } from '../domain/duration.ts'
import type { Delivery, Message } from '../domain/mailbox.ts'
import { refuse } from '../domain/refuse.ts'
import { BatonError } from '../errors.ts'
import { hubClosed, type Growth } from '../queries/growth.ts'
import { withBody, type MessageView } from '../queries/inbox.ts'
import type { Reading } from '../queries/reading.ts'

export interface RequestParts {
  readonly reading: Reading
  readonly growth: Growth
  readonly clock: () => number
  /** Resolves when all that is folded now is as durable as this hub promises. */
  readonly settled: () => Promise<void>
  /** Records that nobody answered. */
  readonly sweep: () => Promise<unknown>
}

/** How long to wait for an answer, and what to call the question. */
export interface RequestOptions {
  /** Milliseconds, or `30s`, `5m`, `2h`. */
  readonly replyWithin: number | string
  /** Sent again under its key, after a crash for instance, it waits for the answer to the first one. */
  readonly key?: string
  readonly signal?: AbortSignal
}

export function millisecondsOf(within: number | string): number {
  const ms = typeof within === 'number' ? within : durationOf(within)
  if (ms !== undefined && Number.isSafeInteger(ms) && ms > 0) return ms
  return refuse('INVALID_COMMAND', `${JSON.stringify(within)} is no time to wait`, {
    details: { path: 'replyWithin' },
    hint: 'Milliseconds, or a text as 30s, 5m, 2h.',
  })
}

/** The first answer to a message. */
export async function awaitReply(
  parts: RequestParts,
  messageId: string,
  signal: AbortSignal | undefined,
): Promise<MessageView> {
  const { reading, growth, clock } = parts
  const follower = growth.follow()
  try {
    for (;;) {
      signal?.throwIfAborted()
      const request = await reading.ask({}, () => reading.states.message(messageId) as Message)
      const damage = reading.damage()
      if (damage !== undefined) throw damage
      if (request.answeredBy !== undefined) return await reply(parts, request.answeredBy, request)
      const left = Date.parse(request.replyBy ?? '') - clock()
      if (request.unanswered === true) throw unanswered(request)
      if (left <= 0) await recordExpiry(parts, messageId, request)
      else if (!(await follower.next(within(left, signal)))) throw hubClosed()
    }
  } finally {
    follower.dispose()
  }
}

/** Whoever hears of it first writes it down; where that cannot be written the time is up all the same. */
async function recordExpiry({ reading, sweep }: RequestParts, id: string, request: Message): Promise<void> {
  try {
    await sweep()
  } catch {
    throw unanswered(request)
  }
  const { answeredBy, unanswered: isOver } = (await reading.ask({}, () => reading.states.message(id))) ?? {}
  if (answeredBy === undefined && isOver === undefined) throw unanswered(request)
}

async function reply({ reading, settled }: RequestParts, id: string, request: Message): Promise<MessageView> {
  // What a power cut could still take back is handed to nobody.
  await settled()
  const message = await reading.ask({}, () => reading.states.message(id) as Message)
  // To whoever asked, or to where its mail went.
  const [mailbox, { position }] = (Object.entries(message.deliveries).find(([at]) => at === request.from) ??
    Object.entries(message.deliveries)[0]) as [string, Delivery]
  return withBody(reading, message, { mailbox, position })
}

const within = (ms: number, signal: AbortSignal | undefined): AbortSignal => {
  // Who waits longer looks again then.
  const timeout = AbortSignal.timeout(Math.min(ms, LONGEST_TIMER_MS))
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

const unanswered = ({ id, replyBy, address }: Message): BatonError =>
  new BatonError('REQUEST_EXPIRED', `nobody answered message ${id} to ${address} until ${replyBy ?? ''}`, {
    details: { messageId: id, replyBy, address },
    hint: `See what became of it: baton history --thread ${id}`,
  })
