/** A conversation: the messages of a thread, with their bodies and what became of each. */
import { isDeepStrictEqual } from 'node:util'
import type { Message } from '../domain/mailbox.ts'
import { refuse } from '../domain/refuse.ts'
import { statusOf, type MessageStatus } from './inbox.ts'
import { assertLimit, eventAt, type LineCache, type LoggedEvent, type Reading } from './reading.ts'
import { finderOf, type HistoryOptions } from './history.ts'

/** `id` is that of any of its messages. */
export async function thread(reading: Reading, id: string, options: HistoryOptions = {}): Promise<MessageStatus[]> {
  const limit = assertLimit(options.limit)
  const threadId = await reading.ask(options, () => (reading.states.message(id) ?? unknownMessage(id)).threadId)
  const find = await finderOf(reading, { thread: threadId }, { ...options, limit })
  const cache: LineCache = { ref: -1, commit: undefined }
  let messages: Message[] | undefined
  for (let places = await reading.ask({}, find); messages === undefined;) {
    const ids: string[] = []
    for (const place of places) ids.push(messageIn(await eventAt(reading.log, place, cache)))
    messages = await reading.ask({}, () => {
      const before = places
      places = find()
      // One was sent while the ids were read: what is told is told of one position.
      if (!isDeepStrictEqual(places, before)) return undefined
      return ids.flatMap((each) => structuredClone(reading.states.message(each)) ?? [])
    })
  }
  const statuses: MessageStatus[] = []
  for (const message of messages) statuses.push(await statusOf(reading, message, cache))
  return statuses
}

const messageIn = ({ data }: LoggedEvent): string => (data as { readonly messageId: string }).messageId

const unknownMessage = (id: string): never =>
  refuse('UNKNOWN_MESSAGE', `there is no message ${id}`, {
    details: { messageId: id },
    hint: 'See what was sent: baton log --type MessageSent',
  })
