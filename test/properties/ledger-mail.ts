import {
  entry,
  isLive,
  must,
  mustBeOpen,
  type Books,
  type DeliveryBook,
  type Keeper,
  type Line,
  type MessageBook,
} from './books.ts'

export function keepMail(books: Books): Keeper {
  const { messages } = books

  /** A settlement counts where it finds what it settles; that it does not only happens to who was not alone. */
  function settle(line: Line, from: DeliveryBook['state'], to: DeliveryBook['state']): boolean {
    const { messageId, mailbox } = line.data
    const delivery = entry(messages, messageId, 'message').deliveries.get(mailbox as string)
    if (delivery?.state !== from) {
      must(books.concurrent && delivery !== undefined, `it is ${delivery?.state} in ${String(mailbox)}, not ${from}`)
      return false
    }
    delivery.state = to
    return true
  }

  /** Where it waits already it waits once. */
  function arrive(message: MessageBook, mailbox: string, sessionId: string | undefined, position: number): void {
    const seat = seatOf(mailbox)
    must(seat === undefined || seat === sessionId, `${mailbox} shows in the inbox of ${seat}`)
    if (sessionId !== undefined) mustBeOpen(books, sessionId)
    const before = message.deliveries.get(mailbox)
    if (before?.state === 'pending') return
    const arrived = before?.state === 'dead' || before?.arrived === true
    message.deliveries.set(mailbox, { sessionId, state: 'pending', position, arrived })
  }

  function seatOf(mailbox: string): string | undefined {
    const [kind, id = ''] = mailbox.split(':')
    if (kind === 'session') return id
    return kind === 'run' ? entry(books.runs, id, 'run').session : undefined
  }

  return {
    take(line) {
      const { type, data, position } = line
      const mailbox = data['mailbox'] as string
      const sessionId = data['sessionId'] as string | undefined
      switch (type) {
        case 'MessageSent': {
          const id = data['messageId'] as string
          const to = data['to'] as string[]
          must(!messages.has(id), `message ${id} is there already`)
          must(new Set(to).size === to.length, 'it goes to each mailbox once')
          const from = data['from'] as string
          messages.set(id, { id, from, to, commit: line.commit, deliveries: new Map() })
          return
        }
        case 'MessageDelivered': {
          const message = fresh(books, line)
          if (mailbox.startsWith('run:')) must(isLive(entry(books.runs, mailbox.slice(4), 'run')), 'that run has ended')
          return arrive(message, mailbox, sessionId, position)
        }
        case 'MessageUndeliverable':
          fresh(books, line).deliveries.set(mailbox, { sessionId, state: 'dead', position })
          return
        case 'MessageAcknowledged':
          return void settle(line, 'pending', 'acknowledged')
        case 'MessageDeadLettered': {
          const message = entry(messages, data['messageId'], 'message')
          // Baton's own word to somebody who is gone is dead from the start.
          if (message.commit === line.commit && !message.deliveries.has(mailbox)) {
            return void fresh(books, line).deliveries.set(mailbox, { sessionId, state: 'dead', position })
          }
          return void settle(line, 'pending', 'dead')
        }
        case 'MessageTransferred':
        case 'DeadLetterRequeued': {
          const message = entry(messages, data['messageId'], 'message')
          const to = data['to'] as string
          const counts = settle(line, type === 'MessageTransferred' ? 'pending' : 'dead', 'transferred')
          must(counts, 'moving mail relies on the mailbox that it leaves')
          return arrive(message, to, data['toSessionId'] as string | undefined, position)
        }
        case 'DeadLetterDiscarded':
          must(settle(line, 'dead', 'discarded'), 'discarding relies on the mailbox')
          return
        default:
      }
    },
    committed(lines) {
      for (const { type, data, commit } of lines) {
        if (type !== 'MessageSent') continue
        const message = entry(messages, data['messageId'], 'message')
        for (const mailbox of message.to)
          must(message.deliveries.has(mailbox), `commit ${commit} sends without delivering`)
      }
    },
  }
}

/** The first that is heard of a message in a mailbox, in the commit in which it was sent to it. */
function fresh({ messages }: Books, { data, commit }: Line): MessageBook {
  const message = entry(messages, data['messageId'], 'message')
  const mailbox = data['mailbox'] as string
  must(message.commit === commit, 'it is delivered in the commit that sends it')
  must(message.to.includes(mailbox), `it was not sent to ${mailbox}`)
  must(!message.deliveries.has(mailbox), `it is delivered to ${mailbox} twice`)
  return message
}
