/** A hub in a directory in which random commands have happened, one after the other. */
import path from 'node:path'
import { isBatonError } from '../../src/errors.ts'
import { openHub, type Hub, type HubOptions } from '../../src/hub.ts'
import { createFold, type Fold } from '../../src/log/fold.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import type { Log } from '../../src/log/log.ts'
import { NEW_YEAR } from '../../src/testing/test-hub.ts'
import { chooser } from '../properties/chooser.ts'
import { openLedger, type Ledger } from '../properties/ledger.ts'
import { propose } from '../properties/proposals.ts'
import { seeded, type Random } from './random.ts'

/** Mostly forward, sometimes not at all, sometimes back. */
const TICKS = [0, 1, 900, 2_000, 2_000, 15_000, -5_000]

export interface Playing {
  readonly dir: string
  readonly random: Random
  readonly clock: { now: number }
  readonly options: Pick<HubOptions, 'dir' | 'durability' | 'clock' | 'newId' | 'sweepEvery' | 'limits'>
  /** One random command through this hub; what is refused is refused. */
  step: (hub: Hub) => Promise<void>
  close: () => Promise<void>
}

/** Ids come from a counter: the same seed makes the same history. */
export async function playIn(around: string, seed: number, prefix = 'id'): Promise<Playing> {
  const dir = path.join(around, '.baton')
  const random = seeded(seed)
  const clock = { now: NEW_YEAR }
  let ids = 0
  const options = {
    dir,
    durability: 'os' as const,
    clock: () => clock.now,
    newId: () => `${prefix}-${++ids}`,
    sweepEvery: false as const,
    limits: { inbox: 40 },
  }
  await (await openHub({ ...options, create: true })).close()
  const { log, fold, ledger } = follower(dir)
  return {
    dir,
    random,
    clock,
    options,
    async step(hub) {
      clock.now += random.below(150) === 0 ? 3_600_000 : random.pick(TICKS)
      await fold.catchUp()
      const { actor, command } = propose(chooser(seeded(random.below(2 ** 31)), ledger, clock.now))
      try {
        if (random.below(20) === 0)
          await hub.eventStore.appendToStream(`own-${random.below(3)}`, [
            { type: 'Own', data: { n: random.below(99) } },
          ])
        else await hub.as(actor).send(command, random.below(8) === 0 ? { key: `key-${random.below(1e6)}` } : {})
      } catch (error) {
        if (!isBatonError(error)) throw error
      }
    },
    close: () => log.close(),
  }
}

/** Commands are drawn from what is there, as the log says it. */
function follower(dir: string): { log: Log; fold: Fold; ledger: Ledger } {
  const log = openFileLog(dir)
  const ledger = openLedger()
  ledger.concurrent = true
  const fold = createFold(log, { observe: (judged) => ledger.read(judged), reset: () => undefined })
  return { log, fold, ledger }
}

/** A hub with so many random commands in it, closed. */
export async function randomHub(around: string, seed: number, commands: number, prefix?: string): Promise<string> {
  const playing = await playIn(around, seed, prefix)
  const hub = await openHub(playing.options)
  for (let i = 0; i < commands; i++) await playing.step(hub)
  await hub.close()
  await playing.close()
  return playing.dir
}
