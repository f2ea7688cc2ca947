/** Looks for a text in the messages that were ever sent: a scan of the log, which gives each hit as it is met. */
import { refuse } from '../domain/refuse.ts'
import type { Commit } from '../log/commit.ts'
import { commitIn } from '../log/read-commit.ts'
import { acceptedLines } from './accepted-lines.ts'
import { spanOf, type Bookmarks } from './bookmarks.ts'
import type { MessageView } from './inbox.ts'
import { assertDirection, assertLimit, cursorOf, type Reading, type Direction } from './reading.ts'

/** Where to look: everywhere, if nothing is said. */
export type SearchScope =
  | { readonly task: string }
  /** Of any of its messages, the first one's id. */
  | { readonly thread: string }
  /** What was sent there: `session:<id>` or a session's id, `run:<id>`, `operator`. */
  | { readonly mailbox: string }
  /** Who sent it, named like a mailbox. */
  | { readonly from: string }

/** Where to search, and how much to find. */
export interface SearchOptions extends Bookmarks {
  readonly in?: SearchScope
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** A message as it was sent, and to which mailboxes. */
export interface FoundMessage extends Omit<MessageView, 'mailbox' | 'replyBy' | 'expiresAt'> {
  readonly to: readonly string[]
}

/** In subject or body, whatever the case of the letters. */
export async function* search(
  reading: Reading,
  text: string,
  options: SearchOptions = {},
): AsyncGenerator<FoundMessage> {
  const wanted = wantedOf(text, options.in)
  const direction = assertDirection(options.direction)
  let left = options.limit === undefined ? Infinity : assertLimit(options.limit)
  const { signal } = options
  const span = await spanOf(reading, options, options)
  for await (const entry of acceptedLines(reading, { ...span, direction, signal })) {
    if (!mayHold(entry.line, wanted)) continue
    const found = hitsIn(commitIn(reading.log, entry), entry.place.position, wanted).filter(
      ({ position }) => position > span.after && position < span.before,
    )
    for (const hit of direction === 'forward' ? found : found.toReversed()) {
      yield hit
      if (--left === 0) return
    }
  }
}

interface Wanted {
  readonly folded: string
  /** As it stands in a line of JSON. */
  readonly written: string
  readonly fits: (message: FoundMessage) => boolean
  /** The id that a line must hold, if only some will do. */
  readonly id: string | undefined
}

function wantedOf(text: string, scope: SearchScope | undefined): Wanted {
  if (typeof text !== 'string' || text.trim() === '') {
    return refuse('INVALID_COMMAND', 'search for what?', { details: { path: 'text', text } })
  }
  const folded = fold(text)
  const written = JSON.stringify(folded).slice(1, -1)
  const [[kind, name] = ['', '']] = Object.entries(scope ?? {})
  const mailbox = name.includes(':') || name === 'operator' ? name : `session:${name}`
  const id = scope === undefined ? undefined : name.replace(/^(session|run):/, '')
  switch (kind) {
    case '':
      return { folded, written, id, fits: () => true }
    case 'task':
      return { folded, written, id, fits: ({ taskId }) => taskId === name }
    case 'thread':
      return { folded, written, id, fits: ({ threadId }) => threadId === name }
    case 'mailbox':
      return { folded, written, id, fits: ({ to }) => to.includes(mailbox) }
    case 'from':
      return { folded, written, id, fits: ({ from, by }) => from === mailbox || (by.id ?? by.kind) === name }
    default:
      return refuse('INVALID_COMMAND', `search in what? ${JSON.stringify(scope)}`, {
        details: { path: 'in', in: scope },
        hint: 'One of { task }, { thread }, { mailbox }, { from }.',
      })
  }
}

const fold = (text: string): string => text.toLowerCase()

/**
 * Most lines are told apart by their bytes, at a tenth of what it costs to decode one. JSON may write a letter as an
 * escape: a line that has any which our own writer does not need is decoded.
 */
function mayHold(line: Buffer, { written, id }: Wanted): boolean {
  if (line.includes('\\u') || line.includes('\\/')) return true
  if (!line.includes('"MessageSent"') || (id !== undefined && !line.includes(id))) return false
  return fold(line.toString('utf8')).includes(written)
}

interface Sent extends Omit<FoundMessage, 'id' | 'position' | 'cursor' | 'by' | 'sentAt'> {
  readonly messageId: string
}

function hitsIn({ events, by, at: sentAt, crc }: Commit, first: number, { folded, fits }: Wanted): FoundMessage[] {
  return events.flatMap(({ t, d }, i) => {
    const { messageId: id, from, to, kind, subject, taskId, threadId, inReplyTo, body, data } = (d ?? {}) as Sent
    if (t !== 'MessageSent' || typeof body !== 'string') return []
    if (!fold(body).includes(folded) && !fold(subject ?? '').includes(folded)) return []
    const position = first + i
    const message: FoundMessage = {
      id,
      position,
      cursor: cursorOf(position, crc),
      from,
      to,
      by,
      sentAt,
      kind,
      ...(subject !== undefined && { subject }),
      ...(taskId !== undefined && { taskId }),
      threadId,
      ...(inReplyTo !== undefined && { inReplyTo }),
      body,
      ...(data !== undefined && { data }),
    }
    return fits(message) ? [message] : []
  })
}
