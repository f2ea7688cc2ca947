/** Whatever happens to the snapshots on the way, the documents are those that anybody folds from the log. */
import { expect, test } from 'vitest'
import { openFolding } from '../../src/projections/folding.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { openHub } from '../../src/hub.ts'
import { systemClock } from '../../src/ids.ts'
import {
  documentsIn,
  lookedUp,
  firstOther,
  foldingOf,
  freshDocuments,
  newestManifest,
  snapshotsOf,
} from '../support/snapshots.ts'
import { playIn } from '../support/random-hub.ts'
import { scratch } from '../support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? (LONG ? Date.now() % 2 ** 31 : 20_262))
const HISTORIES = LONG ? 60 : 3
const STEPS = 160

const dir = scratch()

type Followed = Awaited<ReturnType<typeof foldingOf>>

test(
  `1. ${HISTORIES} random histories, folded, flushed, merged and opened again at random: at every position all documents are those of a fresh fold`,
  { timeout: 3_600_000 },
  async () => {
    const counts = { positions: 0, flushes: 0, opened: 0, merges: 0, most: 0, documents: 0 }
    for (let i = 0; i < HISTORIES; i++) await playOne(SEED + i, counts)
    console.log(`seed ${SEED}:`, counts)
    expect(counts.merges).toBeGreaterThan(HISTORIES)
    expect(counts.most).toBeGreaterThan(1)
  },
)

async function playOne(
  seed: number,
  counts: Record<'positions' | 'flushes' | 'opened' | 'merges' | 'most' | 'documents', number>,
) {
  const playing = await playIn(dir(), seed)
  const { random } = playing
  const hub = await openHub(playing.options)
  let followed: Followed[] = [await foldingOf(playing.dir), await foldingOf(playing.dir)]
  try {
    for (let step = 0; step < STEPS; step++) {
      await playing.step(hub)
      // Not all of them keep up: a snapshot may be ahead of whoever goes on from it.
      for (const { folding } of followed) if (random.below(3) > 0) await folding.fold.catchUp()
      const one = random.pick(followed)
      if (random.below(4) === 0) {
        await one.folding.fold.catchUp()
        const before = one.folding.documents.tables.length
        if (await one.folding.flusher?.flush()) counts.flushes++
        if (one.folding.documents.tables.length < before) counts.merges++
        counts.most = Math.max(counts.most, one.folding.documents.tables.length)
      }
      if (random.below(12) === 0) {
        await close(one)
        followed = [...followed.filter((each) => each !== one), await foldingOf(playing.dir)]
        counts.opened++
      }
      const right = await freshDocuments(playing.dir)
      for (const { folding } of followed) {
        await folding.fold.catchUp()
        const what = `seed ${seed}, step ${step}`
        expect(firstOther(documentsIn(folding), right), what).toBeUndefined()
        expect(firstOther(lookedUp(folding, right.keys()), right), what).toBeUndefined()
      }
      counts.positions++
      counts.documents += right.size
    }
    for (const { snapshots } of followed) expect(snapshots.problems).toEqual([])
  } finally {
    for (const each of followed) await close(each)
    await hub.close()
    await playing.close()
  }
}

async function close({ folding, log }: Followed): Promise<void> {
  await folding.close()
  await log.close()
}

test(
  '2. one that folds a long log in one go writes tables on the way, and comes to the same',
  { timeout: 120_000 },
  async () => {
    const playing = await playIn(dir(), SEED)
    const hub = await openHub(playing.options)
    const body = 'b'.repeat(100_000)
    await hub.send({ type: 'OpenSession', sessionId: 'reader' })
    // More than the fold keeps in memory.
    for (let i = 0; i < 230; i++) {
      if (i % 4 === 0) await playing.step(hub)
      else await hub.eventStore.appendToStream(`own-${i % 7}`, [{ type: 'Own', data: { i, body } }])
    }
    await hub.close()
    await playing.close()

    const log = openFileLog(playing.dir)
    const snapshots = snapshotsOf(playing.dir)
    const folding = await openFolding(log, { clock: systemClock, snapshots, publishes: true, startsAfresh: true })
    await folding.fold.catchUp()
    await folding.flusher?.idle()
    expect(folding.documents.tables.length).toBeGreaterThan(0)
    expect(newestManifest(playing.dir).manifest.saved.cursor).toBeGreaterThan(12 * 1024 * 1024)
    expect(firstOther(documentsIn(folding), await freshDocuments(playing.dir))).toBeUndefined()
    await folding.close()
    await log.close()
  },
)
