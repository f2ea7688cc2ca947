/** What reached nobody, and why. */
import { ALL, type DeadLetter } from '../projections/dead-letters.ts'
import type { Freshness, Reading } from './reading.ts'

export async function deadLetters(reading: Reading, options: Freshness = {}): Promise<DeadLetter[]> {
  await reading.reach(options)
  return Object.values(reading.get('deadLetters', ALL) ?? {}).map((letter) => ({ ...letter }))
}
