import { OPERATOR, type Maker } from './chooser.ts'
import { dueIn } from './dues.ts'

/** Mostly when there is something to do; by the operator or a hub of its own accord, awake for long or just now. */
export const expireDue: Maker = ({ ledger, now, random, chance, maybe, instant, anyone }) => {
  if (dueIn(ledger, now).length === 0 && chance(0.8)) return undefined
  const actor = chance(0.02) ? anyone() : chance(0.5) ? OPERATOR : { kind: 'system' }
  return {
    actor,
    command: {
      type: 'ExpireDue',
      ...maybe(0.4, () => ({ awakeSince: instant(5_000 - random.below(100_000)) })),
      ...maybe(0.15, () => ({ until: instant(2_000 - random.below(20_000)) })),
      ...maybe(0.6, () => ({ force: true })),
    },
  }
}
