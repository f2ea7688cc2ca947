import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { commandCatalog } from '../src/commands/catalog.ts'
import { eventCatalog } from '../src/events/catalog.ts'
import { emptyTally, play, type Tally } from './properties/sequence.ts'

// Not replaced, only seen: the replica that a hub decides on is its own, and no hub shows it.
vi.mock('../src/projections/replica.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../src/projections/replica.ts')>()
  const { watch } = await import('./properties/watched.ts')
  const createReplica: typeof original.createReplica = (views, documents) =>
    watch(original.createReplica(views, documents), documents)
  return { ...original, createReplica }
})

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEQUENCES = LONG ? 20_000 : 500
const STEPS = 135
const SEED = Number(process.env['BATON_SEED'] ?? (LONG ? Date.now() % 2 ** 31 : 20_261))
/** Of the one sequence to repeat. */
const PATH = process.env['BATON_PATH']

/** How long to look for a shorter sequence that fails too. */
const SHRINKING_MS = 15_000

const number = fc.noShrink(fc.noBias(fc.nat(2 ** 31 - 1)))

test(
  `${SEQUENCES} random sequences of commands: every invariant holds after each step, and views are what the log says`,
  { timeout: LONG ? 3_600_000 : 600_000 },
  async () => {
    const tally = emptyTally()
    let enough = Infinity
    const sequence = fc.asyncProperty(
      number,
      fc.noBias(fc.array(number, { maxLength: STEPS, size: 'max' })),
      async (seed, steps) => {
        if (performance.now() > enough) return
        try {
          await play(seed, steps, tally)
        } catch (error) {
          enough = Math.min(enough, performance.now() + SHRINKING_MS)
          throw error
        }
      },
    )
    const result = await fc.check(sequence, {
      numRuns: SEQUENCES,
      seed: SEED,
      ...(PATH !== undefined && { path: PATH }),
    })
    if (result.failed) throw new Error(again(result), { cause: result.errorInstance })
    if (PATH !== undefined) return

    console.log(summary(tally))
    expect(share(tally), 'the accepted share').toBeGreaterThanOrEqual(0.6)
    const rare = Object.keys(eventCatalog).filter((type) => (tally.events.get(type) ?? 0) < 100)
    expect(rare, 'too rare to have been tried: test/properties/proposals.ts draws the commands').toEqual([])
    expect(Object.keys(commandCatalog).filter((type) => !tally.commands.has(type))).toEqual([])
  },
)

const share = ({ accepted, refused }: Tally): number => accepted / (accepted + refused)

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

function summary(tally: Tally): string {
  return [
    `seed ${SEED}: ${tally.sequences} sequences, ${tally.accepted + tally.refused} commands,`,
    `${(share(tally) * 100).toFixed(1)} % accepted`,
    `\nevents: ${listed(tally.events)}\nrefused: ${listed(tally.codes)}`,
  ].join(' ')
}

function again(result: fc.RunDetails<[number, number[]]>): string {
  const long = LONG ? 'BATON_TEST_LONG=1 ' : ''
  const command = `${long}BATON_SEED=${result.seed} BATON_PATH=${result.counterexamplePath} npx vitest run test/properties.test.ts`
  return `seed ${result.seed}, after ${result.numRuns} sequences; again: ${command}\n${(result.errorInstance as Error).message}`
}
