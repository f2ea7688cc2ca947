/** What a command answers is what it has written, and what was foreseen. */
import { isDeepStrictEqual } from 'node:util'
import type { ErrorCode } from '../../src/errors.ts'
import type { Receipt } from '../../src/index.ts'
import type { Command } from '../../src/commands/catalog.ts'
import { must } from './books.ts'
import type { Ledger } from './ledger.ts'

export type Outcome = { readonly receipt: Receipt } | { readonly code: ErrorCode }

/** Each commit of it as it was written, in the order in which they were. */
export function assertReceipt(receipt: Receipt, ledger: Ledger): void {
  const { steps = [], ...last } = receipt
  const told = [...steps, last].filter(({ commit }) => commit !== undefined).map(({ events }) => events)
  const written = ledger
    .since()
    .map((commit) =>
      commit.map(({ type, stream, version, position, data }) => ({ type, stream, version, position, data })),
    )
  must(isDeepStrictEqual(told, written), `the receipt is what was written: ${JSON.stringify([told, written])}`)
  must(written.length === 0 || receipt.position === ledger.position, 'the receipt names the last position')
}

/** All that follows was foreseen. */
export function assertForeseen(foreseen: readonly string[] | ErrorCode, outcome: Outcome): void {
  must(
    isDeepStrictEqual(foreseen, came(outcome)),
    `a dry run foresees it: ${JSON.stringify([foreseen, came(outcome)])}`,
  )
}

function came(outcome: Outcome): readonly string[] | ErrorCode {
  if ('code' in outcome) return outcome.code
  const { steps = [], ...last } = outcome.receipt
  return last.duplicate ? [] : [...steps, last].flatMap(({ events }) => events.map(({ type }) => type))
}

/** A lease that was asked for is granted from now on. */
export function assertGranted(command: Command, { events }: Receipt, now: number): void {
  if (command.type !== 'RenewLease' || command.leaseMs === undefined) return
  for (const { data } of events) {
    const { leaseUntil = '' } = data as { leaseUntil?: string }
    must(Date.parse(leaseUntil) === now + command.leaseMs, `a lease of ${command.leaseMs} ms runs until ${leaseUntil}`)
  }
}
