/**
 * Nothing is lost without a trace. Every delivery that was ever made is acknowledged, waits, has expired, is a dead letter,
 * was discarded, or went on to another mailbox: counted over the books and over the views.
 */
import { waitsAt } from '../../src/domain/mailbox.ts'
import type { SeenReplica as Replica } from './watched.ts'
import { must, type Fate } from './books.ts'
import { equal } from './equal.ts'
import type { Ledger } from './ledger.ts'

const FATES: readonly Fate[] = ['acknowledged', 'pending', 'expired', 'dead', 'discarded', 'transferred']

const counter = (): Record<Fate, number> => ({
  acknowledged: 0,
  pending: 0,
  expired: 0,
  dead: 0,
  discarded: 0,
  transferred: 0,
})

const sum = (counts: Record<Fate, number>): number => FATES.reduce((total, fate) => total + counts[fate], 0)

export function assertConserved(replica: Replica, ledger: Ledger): void {
  const { messages, mail } = ledger
  const letters = counter()
  const booked = counter()
  const shown = counter()
  for (const message of messages.values()) {
    const doc = replica.get('messages', message.id)
    for (const { state } of Object.values(doc?.deliveries ?? {})) shown[state]++
    for (const { state } of message.deliveries.values()) booked[state]++
    equal(message.letters.length, message.to.length, `the letters of message ${message.id}`)
    for (const { mailbox, fate } of message.letters) {
      letters[fate]++
      const place = message.deliveries.get(mailbox)
      const state = doc?.deliveries[mailbox]?.state
      const isThere = state === fate || (place?.again === true && fate !== 'pending' && fate !== 'dead')
      must(isThere, `message ${message.id} is ${fate} in ${mailbox}, and shown as ${state}`)
      if (fate === 'pending') {
        const inbox = replica.get('inboxes', place?.sessionId ?? 'operator')
        must(waitsAt(inbox, message.id, mailbox) !== undefined, `message ${message.id} has vanished from ${mailbox}`)
      }
      if (fate === 'dead') {
        const dead = replica.get('deadLetters', 'all') ?? {}
        must(
          Object.hasOwn(dead, `${message.id} ${mailbox}`),
          `the dead message ${message.id} in ${mailbox} has vanished`,
        )
      }
    }
  }
  // Each is followed to where it is: none of them is just gone.
  equal(letters.transferred, 0, 'letters that went away and arrived nowhere')
  equal(mail.sent, sum(letters), `sent, and accounted for: ${JSON.stringify(letters)}`)
  equal(mail.places, sum(booked), `mailboxes that were ever reached, and what lies there: ${JSON.stringify(booked)}`)
  equal(shown, booked, 'what became of all deliveries')
}
