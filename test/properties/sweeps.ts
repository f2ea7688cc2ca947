/** What whoever sweeps may end, and what has to be over then. */
import type { Proposal } from './chooser.ts'
import { assertNothingDue } from './dues.ts'
import type { Ledger } from './ledger.ts'

/** How the ledger has to judge those who sweep: by the most impatient of them. */
export function expectSweeps(ledger: Ledger, proposals: readonly Proposal[]): void {
  const sweeps = proposals.flatMap(({ command }) => (command.type === 'ExpireDue' ? [command] : []))
  ledger.awakeSince = Math.min(...sweeps.map(({ awakeSince }) => timeIn(awakeSince, 0)), Infinity)
  ledger.sweptUntil = Math.max(...sweeps.map(({ until }) => timeIn(until, Infinity)), -Infinity)
}

const timeIn = (instant: string | undefined, otherwise: number): number =>
  instant === undefined ? otherwise : Date.parse(instant)

/** Nothing is left that was due for whoever has swept. */
export function assertSwept(ledger: Ledger, now: number, { command }: Proposal): void {
  if (command.type !== 'ExpireDue') return
  assertNothingDue(ledger, Math.min(now, timeIn(command.until, Infinity)), timeIn(command.awakeSince, 0))
}
