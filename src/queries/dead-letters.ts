/** What reached nobody, why, and what to do about it. */
import { ALL, type DeadLetter } from '../projections/dead-letters.ts'
import type { Freshness, Reading } from './reading.ts'

export interface DeadLetterView extends DeadLetter {
  readonly from: string
  /** As it was written. */
  readonly address: string
  readonly kind: string
  readonly subject?: string
  readonly sentAt: string
  /** How to deliver it after all. */
  readonly cure: string
}

export async function deadLetters(reading: Reading, options: Freshness = {}): Promise<DeadLetterView[]> {
  await reading.reach(options)
  return Object.values(reading.get('deadLetters', ALL) ?? {}).flatMap((letter) => {
    const message = reading.states.message(letter.messageId)
    if (message === undefined) return []
    const { from, address, kind, subject, at: sentAt } = message
    return [{ ...letter, from, address, kind, ...(subject !== undefined && { subject }), sentAt, cure: cureOf(letter) }]
  })
}

/** To where it died, if there is room again, or whoever was closed is open again; or to somebody else. */
const cureOf = ({ messageId, mailbox }: DeadLetter): string =>
  `baton dead requeue ${messageId} --mailbox ${mailbox} [--to <address>]`
