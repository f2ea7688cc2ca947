/** What reached nobody, why, and what to do about it. */
import { ALL, type DeadLetter } from '../projections/dead-letters.ts'
import { pageOf, type ListOptions, type Page } from './listing.ts'
import type { Reading } from './reading.ts'

/** A message that reached nobody, and why. */
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

export async function deadLetters(reading: Reading, options: ListOptions = {}): Promise<DeadLetterView[]> {
  const page = await pageOf(reading, options)
  return reading.ask(options, () => deadLetterViews(reading, page))
}

const deadLetterViews = (reading: Reading, { after, before, direction, limit }: Page): DeadLetterView[] =>
  Object.values(reading.get('deadLetters', ALL) ?? {})
    .filter(({ position }) => position > after && position < before)
    .toSorted((a, b) => (direction === 'forward' ? a.position - b.position : b.position - a.position))
    .slice(0, limit)
    .flatMap((letter) => {
      const message = reading.states.message(letter.messageId)
      if (message === undefined) return []
      const { from, address, kind, subject, at: sentAt } = message
      return [
        { ...letter, from, address, kind, ...(subject !== undefined && { subject }), sentAt, cure: cureOf(letter) },
      ]
    })

/** To where it died, if there is room again, or whoever was closed is open again; or to somebody else. */
const cureOf = ({ messageId, mailbox }: DeadLetter): string =>
  `baton dead requeue ${messageId} --mailbox ${mailbox} [--to <address>]`
