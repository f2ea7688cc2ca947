/**
 * What every log adapter must do. Inside a vitest file: `logContract('my adapter', () => openMyLog())`, where `open`
 * gives a fresh, empty log at each call. The suite asks for no more than the port says, so that a broker's adapter can
 * pass it: duplicates may appear, commits may be limited in size, and sync is a promise of its own.
 */
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createFold,
  encodeCommit,
  found,
  openHub,
  readPages,
  verifyLog,
  type Cursor,
  type Entry,
  type Log,
  type Mark,
  type Proposal,
} from '../index.ts'

export interface LogContractOptions {
  /** Opens the same log once more, as another process would. Left out where an adapter cannot. */
  readonly reopen?: (log: Log) => Promise<Log> | Log
  /** How long a growth hint may take, in milliseconds. */
  readonly hintWithin?: number
}

const NOWHERE: Mark = [0, '0000000000000000']
const BY = { kind: 'system', id: 'contract' }

/** A line that is whole; nothing here asks whether it would be accepted. */
function proposal(id: string, body: unknown = null): Proposal {
  const events = [{ s: 'x-contract', t: 'Written', v: 1, d: body }]
  const stamp = { id, at: '2026-01-01T00:00:00.000Z', seen: NOWHERE, safe: NOWHERE }
  return { id, line: encodeCommit({ by: BY, cmd: 'Contract', on: {}, events }, stamp).line }
}

const proposals = (count: number, prefix = 'p'): Proposal[] =>
  Array.from({ length: count }, (_, i) => proposal(`${prefix}${i}`, { i, text: 'é'.repeat(i % 50) }))

/** Everything from a cursor on. */
async function readAll(log: Log, from: Cursor = 0): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const page of readPages(log, from)) entries.push(...page)
  return entries
}

const textOf = (entries: readonly { readonly line: Buffer }[]): string[] => entries.map(({ line }) => line.toString())

/** The first occurrence of each line: an adapter may store one twice. */
const distinct = (lines: readonly string[]): string[] => [...new Set(lines)]

export function logContract(name: string, open: () => Promise<Log> | Log, options: LogContractOptions = {}): void {
  const { reopen, hintWithin = 2_000 } = options

  describe(`log contract: ${name}`, () => {
    const opened: Log[] = []
    const keep = (log: Log): Log => {
      opened.push(log)
      return log
    }
    const fresh = async (): Promise<Log> => keep(await open())

    afterEach(async () => {
      for (const log of opened.splice(0)) await log.close()
    })

    test('1. a fresh log has no entries', async () => {
      expect(await readAll(await fresh())).toEqual([])
    })

    test('2. what was appended is read back, byte for byte and in order', async () => {
      const log = await fresh()
      const batch = proposals(300)
      await log.append(batch.slice(0, 1))
      await log.append(batch.slice(1))
      expect(distinct(textOf(await readAll(log)))).toEqual(textOf(batch))
    })

    test('3. appends at the same time all arrive, each batch in its own order', async () => {
      const log = await fresh()
      const batches = Array.from({ length: 20 }, (_, i) => proposals(10, `b${i}-`))
      await Promise.all(batches.map((batch) => log.append(batch)))
      const lines = distinct(textOf(await readAll(log)))
      expect(lines).toHaveLength(200)
      for (const batch of batches) {
        const mine = textOf(batch)
        expect(lines.filter((line) => mine.includes(line))).toEqual(mine)
      }
    })

    test('4. two readers see the same order', async () => {
      const log = await fresh()
      await Promise.all([log.append(proposals(100, 'a')), log.append(proposals(100, 'b'))])
      const [one, other] = await Promise.all([readAll(log), readAll(log)])
      expect(one).toEqual(other)
      expect(one.length).toBeGreaterThanOrEqual(200)
    })

    test('5. nothing ever appears before what was already read', async () => {
      const log = await fresh()
      let known: string[] = []
      for (let round = 0; round < 20; round++) {
        const writing = log.append(proposals(5, `r${round}-`))
        const during = textOf(await readAll(log))
        expect(during.slice(0, known.length)).toEqual(known)
        await writing
        const after = textOf(await readAll(log))
        expect(after.slice(0, during.length)).toEqual(during)
        known = after
      }
    })

    test('6. cursors rise; reading on from any entry gives exactly the rest', async () => {
      const log = await fresh()
      await log.append(proposals(40))
      const all = await readAll(log)
      for (const [i, entry] of all.entries()) {
        expect(entry.next).toBeGreaterThan(entry.ref)
        if (i > 0) expect(entry.ref).toBeGreaterThanOrEqual((all[i - 1] as Entry).next)
        expect(textOf(await readAll(log, entry.next))).toEqual(textOf(all.slice(i + 1)))
      }
      expect(await readAll(log, (all.at(-1) as Entry).next)).toEqual([])
    })

    test('7. a reference names its entry for ever, and is a place to read on from', async () => {
      const log = await fresh()
      await log.append(proposals(40))
      const all = await readAll(log)
      await log.append(proposals(40, 'later'))
      for (const entry of all) {
        expect((await log.readAt(entry.ref)).line.toString()).toBe(entry.line.toString())
        const [first] = await readAll(log, entry.ref)
        expect(first?.line.toString()).toBe(entry.line.toString())
      }
    })

    test('8. a line of 1 MiB goes through whole', async () => {
      const log = await fresh()
      const size = Math.min(1024 * 1024, log.maxCommitBytes - 1024)
      const big = proposal('big', 'x'.repeat(size))
      await log.append([proposal('before'), big, proposal('after')])
      const lines = distinct(textOf(await readAll(log)))
      expect(lines[1]).toBe(big.line.toString())
      expect(lines).toHaveLength(3)
    })

    test('9. the log keeps bytes of its own: what the caller does to its buffers changes nothing', async () => {
      const log = await fresh()
      const { id, line } = proposal('mine', 'untouched')
      const before = line.toString()
      await log.append([{ id, line }])
      line.fill(0)
      const [entry] = await readAll(log)
      expect(entry?.line.toString()).toBe(before)
      const given = await log.readAt((entry as Entry).ref)
      given.line.fill(0)
      expect(textOf(await readAll(log))[0]).toBe(before)
    })

    test('10. sync covers whatever was appended before it, and its horizon never falls', async () => {
      const log = await fresh()
      let last = -1
      for (let round = 0; round < 5; round++) {
        await log.append(proposals(3, `s${round}-`))
        const end = (await readAll(log)).at(-1) as Entry
        const horizon = await log.sync()
        expect(horizon).toBeGreaterThanOrEqual(end.next)
        expect(horizon).toBeGreaterThanOrEqual(last)
        last = horizon
      }
    })

    test('11. growth is hinted at, until nobody wants to know any more', async () => {
      const log = await fresh()
      let hints = 0
      const watching = log.watch(() => void hints++)
      await setTimeout(50)
      const quiet = hints
      await log.append([proposal('one')])
      for (let waited = 0; hints === quiet && waited < hintWithin; waited += 10) await setTimeout(10)
      expect(hints).toBeGreaterThan(quiet)
      await setTimeout(50)
      watching.dispose()
      const final = hints
      await log.append([proposal('two')])
      await setTimeout(100)
      expect(hints).toBe(final)
    })

    test('12. a page says where to read on, and the last one that it is the last', async () => {
      const log = await fresh()
      await log.append(proposals(1_000))
      let cursor = 0
      let pages = 0
      const lines: string[] = []
      for (let atEnd = false; !atEnd; pages++) {
        expect(pages).toBeLessThanOrEqual(1_001)
        const page = await log.read(cursor)
        lines.push(...textOf(page.entries))
        expect(page.next).toBeGreaterThanOrEqual(page.entries.at(-1)?.next ?? cursor)
        ;({ atEnd, next: cursor } = page)
      }
      expect(lines).toEqual(textOf(await readAll(log)))
      expect(await log.read(cursor)).toEqual({ entries: [], next: cursor, atEnd: true })
    })

    test('13. a closed log takes and gives nothing', async () => {
      const log = await open()
      await log.append([proposal('one')])
      await log.close()
      await log.close()
      await expect(log.append([proposal('two')])).rejects.toThrow()
      await expect(readAll(log)).rejects.toThrow()
      await expect(log.sync()).rejects.toThrow()
    })

    test.skipIf(reopen === undefined)(
      '14. whoever opens it later finds everything, at the same references',
      async () => {
        const log = await fresh()
        await log.append(proposals(50))
        await log.sync()
        const other = keep(await (reopen as NonNullable<typeof reopen>)(log))
        expect(await readAll(other)).toEqual(await readAll(log))
        await other.append([proposal('from-the-other')])
        expect(await readAll(log)).toEqual(await readAll(other))
      },
    )

    test('15. founding twice at once makes one hub', async () => {
      const log = await fresh()
      await Promise.all(['hub-a', 'hub-b', 'hub-c'].map((hub) => found(log, hub, 0)))
      const folds = [0, 1].map(() => createFold(log, { observe() {}, reset() {} }))
      for (const fold of folds) await fold.catchUp()
      expect(folds[0]?.genesis?.hub).toMatch(/^hub-[abc]$/)
      expect(folds[0]?.genesis).toEqual(folds[1]?.genesis)
    })

    test('16. sixty-four callers on their own streams: every commit once, gapless', async () => {
      const log = await fresh()
      const hub = await openHub({ log, create: true })
      const append = async (caller: number): Promise<number[]> => {
        const positions: number[] = []
        for (let i = 0; i < 10; i++) {
          const { lastEventGlobalPosition } = await hub.eventStore.appendToStream(
            `own-${caller}`,
            [{ type: 'Counted', data: { caller, i } }],
            { expectedStreamVersion: BigInt(i) },
          )
          positions.push(Number(lastEventGlobalPosition))
        }
        return positions
      }
      const positions = (await Promise.all(Array.from({ length: 64 }, (_, i) => append(i)))).flat()
      expect(positions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 640 }, (_, i) => i + 1))
      const report = await verifyLog(log)
      expect(report).toMatchObject({ events: 640, findings: [] })
      await hub.close()
    })

    test('17. sixteen callers expect the same version of one stream: one wins, the others are told', async () => {
      const log = await fresh()
      const hub = await openHub({ log, create: true })
      const results = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) =>
          hub.eventStore.appendToStream('seat', [{ type: 'Taken', data: { by: i } }], {
            expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
          }),
        ),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect((await hub.eventStore.readStream('seat')).events).toHaveLength(1)
      await hub.close()
    })
  })
}
