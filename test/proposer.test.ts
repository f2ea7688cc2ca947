import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BatonError } from '../src/errors.ts'
import { createFold } from '../src/log/fold.ts'
import { found } from '../src/log/founding.ts'
import type { Judged } from '../src/log/judging.ts'
import type { Log } from '../src/log/log.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { createProposer, type Proposer, type Request } from '../src/log/proposer.ts'
import { verifyLog } from '../src/log/verify.ts'

interface Replica {
  readonly proposer: Proposer
  readonly versions: Map<string, number>
  readonly keys: Map<string, { id: string; n: number }>
  readonly head: () => number
}

let replicas = 0

async function replica(log: Log, durability: 'disk' | 'os' = 'disk'): Promise<Replica> {
  const versions = new Map<string, number>()
  const keys = new Map<string, { id: string; n: number }>()
  const me = `r${replicas++}`
  let ids = 0
  const fold = createFold(log, {
    observe(judged) {
      for (const stream of judged.raises ?? []) versions.set(stream, (versions.get(stream) ?? 0) + 1)
      const { commit, n } = judged
      if (judged.void === undefined && commit?.key !== undefined) keys.set(commit.key, { id: commit.id, n })
      proposer.observe(judged)
    },
    reset: () => versions.clear(),
  })
  const proposer = createProposer(log, fold, {
    durability,
    clock: () => 1_700_000_000_000,
    newId: () => `${me}-${ids++}`,
    patience: 5_000,
    maxCommitBytes: 10_000,
    maxCommitEvents: 5,
  })
  await fold.catchUp()
  return { proposer, versions, keys, head: () => fold.n }
}

const memoryHub = async (): Promise<Log> => {
  const log = openMemoryLog()
  await found(log, 'hub', 0)
  return log
}

const BY = { kind: 'session', id: 'a' }
const receipt = (judged: Judged): { n: number; position: number; id: string } => ({
  n: judged.n,
  position: judged.position,
  id: judged.commit?.id ?? '',
})

/** Relies on some streams and raises some, on whatever versions the replica has folded. */
function command(on: readonly string[], raises: readonly string[], key?: string) {
  return ({ versions, keys }: Replica): Request<{ n: number; position: number; id: string; known?: boolean }> => ({
    decide() {
      const known = key === undefined ? undefined : keys.get(key)
      if (known !== undefined) return { answer: { ...known, position: 0, known: true }, n: known.n }
      return {
        by: BY,
        cmd: 'Test',
        ...(key !== undefined && { key, fp: 'f' }),
        on: Object.fromEntries(on.map((stream) => [stream, versions.get(stream) ?? 0])),
        events: raises.map((s) => ({ s, t: 'Raised', v: 1, d: {} })),
      }
    },
    receipt,
  })
}

const nothing = (): void => undefined

describe('proposer', () => {
  test('1. proposals of one turn share one write, in the order in which they came', async () => {
    const log = await memoryHub()
    const batches: number[] = []
    const append = log.append.bind(log)
    log.append = (proposals) => (batches.push(proposals.length), append(proposals))
    const one = await replica(log)
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => one.proposer.propose(command([`s-${i}`], [`s-${i}`])(one))),
    )
    expect(batches).toEqual([20])
    expect(receipts.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  test('2. one that relies on what another of the batch writes waits for it, and no later one overtakes it', async () => {
    const one = await replica(await memoryHub())
    const order: string[] = []
    const run = async (name: string, on: string[], raises: string[]): Promise<void> => {
      await one.proposer.propose(command(on, raises)(one))
      order.push(name)
    }
    await Promise.all([run('first', [], ['s']), run('waits', ['s'], ['t']), run('late', [], ['s'])])
    expect(order).toEqual(['first', 'waits', 'late'])
  })

  test('3. a conflict is decided again until it is accepted', async () => {
    const log = await memoryHub()
    const pair = [await replica(log), await replica(log)]
    await Promise.all(
      pair.flatMap((each) => Array.from({ length: 25 }, () => each.proposer.propose(command(['hot'], ['hot'])(each)))),
    )
    const report = await verifyLog(log)
    expect(report).toMatchObject({ commits: 50, events: 50, findings: [] })
  })

  test('4. out of patience: CONFLICT says what was changed and by whom', async () => {
    const log = await memoryHub()
    const [one, other] = [await replica(log), await replica(log)]
    const append = log.append.bind(log)
    let inBetween = false
    log.append = async (proposals) => {
      // Between the last look and the write: the line of the first is there, and void.
      if (!inBetween && proposals.some(({ line }) => line.includes('"cmd":"Loser"'))) {
        inBetween = true
        await other.proposer.propose(command([], ['hot'])(other))
        inBetween = false
      }
      return append(proposals)
    }
    const decide = () => ({ by: BY, cmd: 'Loser', on: { hot: one.versions.get('hot') ?? 0 }, events: [] })
    const losing = one.proposer.propose({ decide, receipt, patience: 60 })
    const error = (await losing.catch((thrown: unknown) => thrown)) as BatonError
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: true, details: { stream: 'hot', by: BY } })
    expect(error.details['with']).toMatch(/^r\d+-\d+$/)
    expect((await verifyLog(log)).void['conflict']).toBeGreaterThan(1)
  })

  test('5. a command that is aborted before it is written leaves nothing', async () => {
    const log = await memoryHub()
    const one = await replica(log)
    const controller = new AbortController()
    const waiting = one.proposer.propose({ ...command(['s'], ['s'])(one), signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    await expect(waiting).rejects.toThrow('changed my mind')
    expect((await verifyLog(log)).commits).toBe(0)
  })

  test('6. a refusal of the decision reaches the caller as it is, and the others go on', async () => {
    const one = await replica(await memoryHub())
    const refused = one.proposer.propose({
      decide() {
        throw new RangeError('no')
      },
      receipt,
    })
    const fine = one.proposer.propose(command(['s'], ['s'])(one))
    await expect(refused).rejects.toThrow(RangeError)
    expect((await fine).n).toBe(1)
  })

  test('7. what is too large is refused alone', async () => {
    const log = await memoryHub()
    const one = await replica(log)
    const results = await Promise.allSettled([
      one.proposer.propose(command([], ['a', 'b', 'c', 'd', 'e', 'f'])(one)),
      one.proposer.propose(command([], ['x'.repeat(400)])(one)),
      one.proposer.propose(command([], [])(one)),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(results[0]).toMatchObject({ reason: { code: 'LIMIT_EXCEEDED', details: { limit: 5, size: 6 } } })
    expect(await verifyLog(log)).toMatchObject({ commits: 2, events: 1, findings: [] })
  })

  test('8. under disk no receipt comes before the sync, duplicates included; under os before it', async () => {
    for (const durability of ['disk', 'os'] as const) {
      const log = await memoryHub()
      const one = await replica(log, durability)
      await one.proposer.propose(command(['first'], ['first'])(one))
      let release = nothing
      const sync = log.sync.bind(log)
      const gate = new Promise<void>((resolve) => (release = resolve))
      log.sync = async () => {
        const horizon = await sync()
        await gate
        return horizon
      }
      let answered = 0
      const send = (key: string): Promise<void> =>
        one.proposer.propose(command(['s'], ['s'], key)(one)).then(() => void answered++)
      const all = Promise.all([send('k'), send('k'), send('l')])
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(answered).toBe(durability === 'disk' ? 0 : 3)
      release()
      await all
      expect(await verifyLog(log)).toMatchObject({ commits: 3, findings: [] })
      await one.proposer.close()
    }
  })

  test('9. after a failed write every caller is told, and nobody is served any more', async () => {
    const log = await memoryHub()
    const one = await replica(log)
    await one.proposer.propose(command(['s'], ['s'])(one))
    log.append = () => Promise.reject(new Error('the cable'))
    const results = await Promise.allSettled([
      one.proposer.propose(command(['s'], ['s'])(one)),
      one.proposer.propose(command(['s'], ['s'])(one)),
    ])
    expect(results).toMatchObject([
      { reason: { code: 'STORAGE_FAILED', details: { outcome: 'unknown' } } },
      { reason: { code: 'STORAGE_FAILED', details: { outcome: 'none' } } },
    ])
    const later = one.proposer.propose(command(['s'], ['s'])(one))
    await expect(later).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { outcome: 'none' } })
  })

  test('10. a log that swallows what is written is STORAGE_UNSAFE', async () => {
    const log = await memoryHub()
    const one = await replica(log)
    log.append = () => Promise.resolve()
    const lost = one.proposer.propose(command(['s'], ['s'])(one))
    await expect(lost).rejects.toMatchObject({ code: 'STORAGE_UNSAFE' })
  })

  test('11. a log that stores every line twice accepts each once', async () => {
    const log = await memoryHub()
    const append = log.append.bind(log)
    log.append = async (proposals) => append(proposals.flatMap((each) => [each, each]))
    const one = await replica(log)
    const receipts = await Promise.all(
      Array.from({ length: 30 }, (_, i) => one.proposer.propose(command([`s-${i % 3}`], [`s-${i % 3}`])(one))),
    )
    expect(new Set(receipts.map(({ n }) => n)).size).toBe(30)
    expect(await verifyLog(log)).toMatchObject({ commits: 30, findings: [], void: { duplicate: 30 } })
  })

  test('12. a step waits for no sync; what comes after it does, and one sync covers both', async () => {
    const log = await memoryHub()
    const one = await replica(log)
    await one.proposer.propose(command(['s'], ['s'])(one))
    const said: string[] = []
    const sync = log.sync.bind(log)
    log.sync = async () => {
      said.push('sync')
      const horizon = await sync()
      said.push(`durable up to ${one.head()}`)
      return horizon
    }
    const step = { ...command(['s'], ['s'])(one), isStep: () => true }
    for (const name of ['step', 'another']) await one.proposer.propose(step).then(({ n }) => said.push(`${name} ${n}`))
    await one.proposer.propose(command(['s'], ['s'])(one)).then(({ n }) => said.push(`told ${n}`))
    expect(said).toEqual(['step 2', 'another 3', 'sync', 'durable up to 4', 'told 4'])
    expect(one.proposer.durable?.mark[0]).toBe(4)
    // Where nothing comes after it, closing makes it durable.
    await one.proposer.propose(step)
    expect(one.proposer.durable?.mark[0]).toBe(4)
    await one.proposer.close()
    expect(one.proposer.durable?.mark[0]).toBe(5)
  })

  test('13. any mix of commands by several replicas: each accepted once, gapless, claims true, keys once', async () => {
    const STREAMS = ['s-0', 's-1', 's-2', 's-3']
    const step = fc.record({
      who: fc.nat(2),
      on: fc.uniqueArray(fc.constantFrom(...STREAMS), { maxLength: 2 }),
      raises: fc.array(fc.constantFrom(...STREAMS), { maxLength: 3 }),
      key: fc.option(fc.constantFrom('k0', 'k1', 'k2', 'k3'), { nil: undefined }),
      pause: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fc.boolean(), async (steps, os) => {
        const log = await memoryHub()
        const all = [await replica(log), await replica(log), await replica(log, os ? 'os' : 'disk')]
        const sending: Promise<{ n: number; id: string; known?: boolean }>[] = []
        for (const { who, on, raises, key, pause } of steps) {
          const each = all[who] as Replica
          sending.push(each.proposer.propose(command(on, raises, key)(each)))
          if (pause) await new Promise((resolve) => setImmediate(resolve))
        }
        const receipts = await Promise.all(sending)
        const written = receipts.filter(({ known }) => known !== true)
        const numbers = written.map(({ n }) => n).toSorted((a, b) => a - b)
        expect(numbers).toEqual(numbers.map((_, i) => i + 1))
        const keyed = new Map<string, Set<string>>()
        for (const [i, { key }] of steps.entries()) {
          if (key !== undefined) keyed.set(key, (keyed.get(key) ?? new Set()).add(receipts[i]?.id ?? ''))
        }
        for (const ids of keyed.values()) expect(ids.size).toBe(1)
        const report = await verifyLog(log)
        expect(report).toMatchObject({ commits: written.length, findings: [] })
        for (const { proposer } of all) await proposer.close()
      }),
      { numRuns: process.env['BATON_TEST_LONG'] === undefined ? 300 : 5_000 },
    )
  })
})
