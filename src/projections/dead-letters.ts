import type { Dict } from '../domain/dict.ts'
import { entryKey } from '../domain/mailbox.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

export interface DeadLetter {
  readonly messageId: string
  readonly mailbox: string
  readonly sessionId?: string
  readonly reason: string
  readonly position: number
  readonly at: string
}

export const ALL = 'all'
const all = (): readonly string[] => [ALL]

/** What reached nobody and waits for the operator, in one document. */
export const deadLetters: View<Dict<DeadLetter>> = {
  name: 'dead-letters',
  version: 1,
  keys: {
    MessageDeadLettered: all,
    MessageUndeliverable: all,
    MessageTransferred: all,
    DeadLetterRequeued: all,
    DeadLetterDiscarded: all,
  },
  evolve,
}

function evolve(letters: Dict<DeadLetter> = {}, event: BatonEvent): Dict<DeadLetter> {
  switch (event.type) {
    case 'MessageDeadLettered':
    case 'MessageUndeliverable': {
      const { position, at, data } = event
      const { sessionId, ...letter } = data
      letters[entryKey(letter.messageId, letter.mailbox)] = {
        ...letter,
        position,
        at,
        ...(sessionId !== undefined && { sessionId }),
      }
      return letters
    }
    // Where a letter arrives it is dead no longer, whichever way it came.
    case 'MessageTransferred':
      delete letters[entryKey(event.data.messageId, event.data.to)]
      return letters
    case 'DeadLetterRequeued':
      delete letters[entryKey(event.data.messageId, event.data.mailbox)]
      delete letters[entryKey(event.data.messageId, event.data.to)]
      return letters
    case 'DeadLetterDiscarded':
      delete letters[entryKey(event.data.messageId, event.data.mailbox)]
      return letters
    default:
      return letters
  }
}
