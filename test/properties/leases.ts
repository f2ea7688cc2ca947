/** What runs out: how long it was given, and whether whoever ended it might. */
import { must, type Books, type LeaseBook, type Line } from './books.ts'

/** What an event grants: always as long as was asked for, from now on. */
export function granted({ data, at }: Line, leaseMs: number | undefined): LeaseBook | undefined {
  const until = data['leaseUntil'] as string | undefined
  const expected = leaseMs === undefined ? undefined : Date.parse(at) + leaseMs
  must(
    (until === undefined ? undefined : Date.parse(until)) === expected,
    `a lease of ${leaseMs} ms runs until ${until}`,
  )
  return until === undefined || leaseMs === undefined ? undefined : { until, ms: leaseMs }
}

/** Of two renewals at once the longer one counts. */
export function renewed(lease: LeaseBook | undefined, { data, at }: Line): LeaseBook {
  const until = data['leaseUntil'] as string
  must(Date.parse(until) > Date.parse(at), 'a lease runs from now on')
  return lease !== undefined && Date.parse(lease.until) >= Date.parse(until)
    ? lease
    : { until, ms: Date.parse(until) - Date.parse(at) }
}

/** The time by which what an event ends has to be over. */
export const timeOf = ({ sweptUntil }: Books, { cmd, at }: Line): number =>
  cmd === 'ExpireDue' ? Math.min(Date.parse(at), sweptUntil) : Date.parse(at)

export function mustBePast(books: Books, line: Line, until: string | undefined, what: string): void {
  must(until !== undefined && Date.parse(until) <= timeOf(books, line), `${what} runs until ${until}`)
}

/** Whoever sweeps ends only what has run out, and whose holder has had its time since the sweeper is awake. */
export function mustBeOver(books: Books, lease: LeaseBook | undefined, line: Line, what: string): void {
  const due = lease && Math.max(Date.parse(lease.until), books.awakeSince + lease.ms)
  must(due !== undefined && due <= timeOf(books, line), `the lease of ${what} runs until ${lease?.until}`)
}
