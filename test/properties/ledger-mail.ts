import {
  entry,
  heirOf,
  isLive,
  must,
  mustBeOpen,
  type Books,
  type Fate,
  type Keeper,
  type Line,
  type MessageBook,
} from './books.ts'
import { mustBePast } from './leases.ts'

/** Baton's own words: nobody is told that one of them has died. */
const OWN: ReadonlySet<string> = new Set(['handoff', 'result', 'dispatch', 'notice'])

export function keepMail(books: Books): Keeper {
  const { messages } = books

  /** A settlement counts where it finds what it settles; that it does not only happens to who was not alone. */
  function settle(line: Line, from: Fate, to: Fate): boolean {
    const mailbox = line.data['mailbox'] as string
    const { deliveries, letters } = entry(messages, line.data['messageId'], 'message')
    const delivery = deliveries.get(mailbox)
    if (delivery?.state !== from) {
      must(books.concurrent && delivery !== undefined, `it is ${delivery?.state} in ${mailbox}, not ${from}`)
      return false
    }
    must(delivery.sessionId === line.data['sessionId'], `${mailbox} is that of ${delivery.sessionId}`)
    delivery.state = to
    for (const letter of letters) if (letter.mailbox === mailbox && letter.fate === from) letter.fate = to
    return true
  }

  /** The first that is heard of a message in a mailbox, in the commit in which it was sent to it. */
  function fresh({ data, commit, position }: Line, state: 'pending' | 'dead'): void {
    const { deliveries, letters, expiresAt, ...message } = entry(messages, data['messageId'], 'message')
    const mailbox = data['mailbox'] as string
    must(message.commit === commit, 'it is delivered in the commit that sends it')
    must(message.to.includes(mailbox), `it was not sent to ${mailbox}`)
    must(!deliveries.has(mailbox), `it is delivered to ${mailbox} twice`)
    const sessionId = data['sessionId'] as string | undefined
    if (state === 'pending') mustTakeMail(mailbox, sessionId)
    deliveries.set(mailbox, { sessionId, state, position, expires: expiresAt !== undefined, again: false })
    letters.push({ mailbox, fate: state })
    books.mail.sent++
    books.mail.places++
  }

  /** From one mailbox to another; where it waits already it waits once. */
  function move(line: Line, from: 'pending' | 'dead'): void {
    const { data, position } = line
    const { deliveries, letters } = entry(messages, data['messageId'], 'message')
    const [mailbox, to] = [data['mailbox'] as string, data['to'] as string]
    const sessionId = data['toSessionId'] as string | undefined
    const moving = letters.filter((letter) => letter.mailbox === mailbox && letter.fate === from)
    const expires = from === 'pending' && deliveries.get(mailbox)?.expires === true
    must(settle(line, from, 'transferred'), 'moving mail relies on the mailbox that it leaves')
    must(moving.length > 0, `nothing of it is ${from} in ${mailbox}`)
    mustTakeMail(to, sessionId)
    for (const letter of moving) Object.assign(letter, { mailbox: to, fate: 'pending' })
    const before = deliveries.get(to)
    if (before === undefined) books.mail.places++
    // What had died there comes to life with it.
    for (const letter of letters) if (letter.mailbox === to && letter.fate === 'dead') letter.fate = 'pending'
    deliveries.set(
      to,
      before?.state === 'pending'
        ? { ...before, expires: before.expires || expires }
        : { sessionId, state: 'pending', position, expires, again: before !== undefined },
    )
  }

  function mustTakeMail(mailbox: string, sessionId: string | undefined): void {
    const [kind, id = ''] = mailbox.split(':')
    const seat = kind === 'run' ? entry(books.runs, id, 'run').session : kind === 'session' ? id : undefined
    must(seat === sessionId, `${mailbox} shows in the inbox of ${seat}`)
    if (sessionId !== undefined) mustBeOpen(books, sessionId)
  }

  function answer({ data, at, commit, by }: Line): void {
    const message = entry(messages, data['messageId'], 'message')
    const reply = entry(messages, data['replyId'], 'message')
    must(reply.commit === commit, 'it is answered in the commit of the reply')
    must(message.replyBy !== undefined && at <= message.replyBy, `it was to be answered until ${message.replyBy}`)
    must(books.concurrent || isReached(message, by.id, reply.from), 'it is answered by whom it had reached')
    must(books.concurrent || comesBack(books, message, reply), 'whoever asked hears the answer')
    // Of several at once the first counts.
    must(message.request === 'open' || books.concurrent, `the request is ${message.request}`)
    if (message.request === 'open') message.request = 'answered'
  }

  return {
    take(line) {
      const { type, data } = line
      switch (type) {
        case 'MessageSent':
          return void messages.set(data['messageId'] as string, sent(books, line))
        case 'MessageDelivered': {
          const mailbox = data['mailbox'] as string
          if (mailbox.startsWith('run:')) must(isLive(entry(books.runs, mailbox.slice(4), 'run')), 'that run has ended')
          return fresh(line, 'pending')
        }
        case 'MessageUndeliverable':
          return fresh(line, 'dead')
        case 'MessageAcknowledged':
          return void settle(line, 'pending', 'acknowledged')
        case 'MessageExpired': {
          const { expiresAt, deliveries } = entry(messages, data['messageId'], 'message')
          must(deliveries.get(data['mailbox'] as string)?.expires === true, 'it does not expire')
          mustBePast(books, line, expiresAt, 'it')
          must(settle(line, 'pending', 'expired'), 'expiring relies on the mailbox')
          return
        }
        case 'MessageDeadLettered': {
          const message = entry(messages, data['messageId'], 'message')
          // Baton's own word to somebody who is gone is dead from the start.
          if (message.commit === line.commit && !message.deliveries.has(data['mailbox'] as string)) {
            return fresh(line, 'dead')
          }
          return void settle(line, 'pending', 'dead')
        }
        case 'MessageTransferred':
          return move(line, 'pending')
        case 'DeadLetterRequeued':
          return move(line, 'dead')
        case 'DeadLetterDiscarded':
          must(settle(line, 'dead', 'discarded'), 'discarding relies on the mailbox')
          return
        case 'RequestAnswered':
          return answer(line)
        case 'RequestExpired': {
          const message = entry(messages, data['messageId'], 'message')
          must(message.request === 'open', `the request is ${message.request}`)
          mustBePast(books, line, message.replyBy, 'the request')
          must(data['mailbox'] === message.from, 'whoever asked hears of it')
          message.request = 'expired'
          return
        }
        default:
      }
    },
    committed(lines) {
      for (const line of lines) {
        if (line.type === 'MessageSent') mustArrive(books, line, lines)
        if (line.type === 'RequestExpired') mustTellSender(books, line, lines)
        if (line.type === 'MessageDeadLettered') mustTellSender(books, line, lines)
      }
    },
  }
}

function sent({ messages }: Books, { data, commit, at }: Line): MessageBook {
  const id = data['messageId'] as string
  const to = data['to'] as string[]
  must(!messages.has(id), `message ${id} is there already`)
  must(new Set(to).size === to.length, 'it goes to each mailbox once')
  const replyBy = data['replyBy'] as string | undefined
  const expiresAt = data['expiresAt'] as string | undefined
  for (const time of [replyBy, expiresAt]) must(time === undefined || time > at, `${time} has passed`)
  return {
    id,
    kind: data['kind'] as string,
    from: data['from'] as string,
    to,
    commit,
    replyBy,
    expiresAt,
    request: replyBy === undefined ? undefined : 'open',
    deliveries: new Map(),
    letters: [],
  }
}

/** Whoever asked has not been asked. */
const isReached = ({ deliveries, from }: MessageBook, sessionId: string | undefined, mailbox: string): boolean =>
  mailbox !== from &&
  [...deliveries].some(([at, seat]) => at === mailbox || (sessionId !== undefined && seat.sessionId === sessionId))

/** Whether a reply came to whoever asked, or to where its mail goes. */
function comesBack(books: Books, asked: MessageBook, reply: MessageBook): boolean {
  const [kind, id = ''] = asked.from.split(':')
  const seat = kind === 'run' ? entry(books.runs, id, 'run').session : id
  const readers = kind === 'operator' ? [] : [seat, heirOf(books, seat)]
  return [...reply.deliveries].some(
    ([mailbox, { sessionId, state }]) => state !== 'dead' && (mailbox === asked.from || readers.includes(sessionId)),
  )
}

/** In one commit: to everybody to whom it was sent; and the first reply in time has answered what it replies to. */
function mustArrive(books: Books, { data, at, by }: Line, lines: readonly Line[]): void {
  const { messages } = books
  const message = entry(messages, data['messageId'], 'message')
  must(message.letters.length === message.to.length, `message ${message.id} is sent without being delivered`)
  if (data['inReplyTo'] === undefined || OWN.has(message.kind) || books.concurrent) return
  const asked = entry(messages, data['inReplyTo'], 'message')
  const inTime = asked.replyBy !== undefined && at <= asked.replyBy
  const answers = lines.some(({ type, data: { replyId } }) => type === 'RequestAnswered' && replyId === message.id)
  const isAnswer = inTime && isReached(asked, by.id, message.from) && comesBack(books, asked, message)
  must(answers || !isAnswer || asked.request !== 'open', 'it answers a request')
}

/** Whoever wrote what nobody answered, or what has died, hears of it: if anybody is left to hear it. */
function mustTellSender(books: Books, { data, type, commit }: Line, lines: readonly Line[]): void {
  const { messages, runs } = books
  const message = entry(messages, data['messageId'], 'message')
  if (type === 'MessageDeadLettered' && (OWN.has(message.kind) || message.commit === commit)) return
  const [kind, id = ''] = message.from.split(':')
  const seat = kind === 'run' ? entry(runs, id, 'run').session : id
  const heir = kind === 'operator' ? 'operator' : heirOf(books, seat)
  if (heir === undefined) return
  const told = lines.some((line) => {
    if (line.type !== 'MessageSent' || line.data['kind'] !== 'notice') return false
    const says = line.data['data'] as { messageId?: string; letters?: { messageId: string; mailbox: string }[] }
    const isMeant =
      type === 'RequestExpired'
        ? says.messageId === message.id
        : says.letters?.some((one) => one.messageId === message.id && one.mailbox === data['mailbox'])
    const reader = entry(messages, line.data['messageId'], 'message')
    const where = [...reader.deliveries.values()].map(({ sessionId = 'operator' }) => sessionId)
    return isMeant === true && where.includes(heir)
  })
  must(told, `${message.from}, who wrote message ${message.id}, is not told`)
}
