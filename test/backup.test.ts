/** Backups and restored hubs, on real files, while real processes write. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Command } from '../src/commands/catalog.ts'
import type { ReceiptEvent } from '../src/commands/receipt.ts'
import { openHub, type Hub } from '../src/hub.ts'
import { backup, type BackupReport } from '../src/log/file/backup.ts'
import { logFile, openFileLog } from '../src/log/file/file-log.ts'
import { restore } from '../src/log/file/restore.ts'
import { markSuspect } from '../src/log/file/suspect.ts'
import type { Progress } from '../src/log/progress.ts'
import { verifyLog, type Report } from '../src/log/verify.ts'
import type { LoggedEvent } from '../src/queries/reading.ts'
import { agents, sessionActor, type Agent, type Step } from './support/agents.ts'
import { acceptedIn, eventsOf, expectSameHistory, firstCommits, logOf } from './support/histories.ts'
import { sealed } from './support/lines.ts'
import { seeded, type Random } from './support/random.ts'
import { scratch } from './support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const ROUNDS = LONG ? 100 : 12
const CUTS = LONG ? 60 : 12
const SEED = Number(process.env['BATON_SEED'] ?? Math.floor(performance.timeOrigin) % 1_000_000)

const dir = scratch()
const { place, start } = agents()

const bytesOf = (hubDir: string): Buffer => fs.readFileSync(logFile(hubDir))
const modeOf = (file: string): number => fs.statSync(file).mode & 0o777
const refusal = (code: string, details: object = {}) => expect.objectContaining({ code, ...details }) as Error

async function verified(hubDir: string): Promise<Report> {
  const log = openFileLog(hubDir)
  try {
    return await verifyLog(log)
  } finally {
    await log.close()
  }
}

/** Nothing that a try has left beside its target. */
const beside = (target: string): string[] =>
  fs.readdirSync(path.dirname(target)).filter((name) => name.includes('unfinished'))

// ---- while others write

const NAMES = Array.from({ length: 8 }, (_, i) => `agent-${i}`)

/** A bit of everything, some of it in conflict with what the others do. */
function steps(random: Random, me: string, round: number): Step[] {
  const as = sessionActor(me)
  return Array.from({ length: 30 }, (_, i): Step => {
    const id = `${me}-${round}-${i}`
    const commands: Command[] = [
      { type: 'SendMessage', to: random.pick(NAMES), body: `${id} żółć ☂`, data: { i, nested: ['"', '}', ']'] } },
      { type: 'OpenTask', taskId: `t-${id}`, title: id, owner: me, participants: [random.pick(NAMES)] },
      { type: 'SetState', scope: 'session', id: 'agent-0', set: { [`k${random.below(5)}`]: { id } } },
      { type: 'ClaimTask', taskId: 'shared' },
      { type: 'ReleaseTask', taskId: 'shared' },
      { type: 'StartRun', runId: `r-${id}`, begin: true },
      { type: 'Broadcast', to: 'task:shared', body: id },
    ]
    return { as, command: random.pick(commands), ...(random.below(3) === 0 && { key: `key-${id}` }) }
  })
}

async function eightAtWork(random: Random): Promise<{ hubDir: string; stop: () => Promise<void> }> {
  const limits = { inbox: 1_000_000 }
  const { dir: hubDir, hub } = await place(limits)
  for (const sessionId of NAMES) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 'shared', title: 'shared', participants: NAMES })
  await hub.close()
  const eight = await Promise.all(
    NAMES.map((name, i) =>
      start(hubDir, { actor: sessionActor(name), durability: i % 2 === 0 ? 'disk' : 'os', limits }),
    ),
  )
  let working = true
  const work = async (agent: Agent, name: string): Promise<void> => {
    for (let round = 0; working; round++) await agent.each(steps(random, name, round))
  }
  const all = Promise.all(eight.map((agent, i) => work(agent, NAMES[i] as string)))
  return {
    hubDir,
    async stop() {
      working = false
      await all
      expect(await Promise.all(eight.map((agent) => agent.close()))).toEqual(NAMES.map(() => 0))
    },
  }
}

test(
  `01 ${ROUNDS} backups while eight processes write: each is a prefix, verifies, and restores to any position`,
  {
    timeout: 900_000,
  },
  async () => {
    console.log(`seed ${SEED}`)
    const random = seeded(SEED)
    const { hubDir, stop } = await eightAtWork(random)
    const around = dir()
    const taken: BackupReport[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(random.below(150))
      const before = fs.statSync(logFile(hubDir)).size
      const report = await backup(hubDir, path.join(around, `${round}`))
      expect(report.bytes).toBeLessThanOrEqual(fs.statSync(logFile(hubDir)).size)
      // All whole lines that were there when it began: the last one may have been on its way.
      expect(report.bytes).toBeGreaterThan(before - 200_000)
      taken.push(report)
    }
    await stop()

    const original = bytesOf(hubDir)
    const whole = await verified(hubDir)
    let [size, voids] = [0, 0]
    for (const { dir: copy, hub, commits, position, chain, bytes } of taken) {
      const copied = bytesOf(copy)
      expect(copied.equals(original.subarray(0, copied.length))).toBe(true)
      expect(copied.at(-1)).toBe(0x0a)
      expect({
        modes: [copy, path.join(copy, 'log'), logFile(copy), path.join(copy, '.gitignore')].map(modeOf),
      }).toEqual({
        modes: [0o700, 0o700, 0o600, 0o600],
      })
      const report = await verified(copy)
      expect(report).toMatchObject({ hub, commits, events: position, chain, findings: [] })
      expect({ hub, bytes }).toEqual({ hub: whole.hub, bytes: copied.length })
      expect(bytes).toBeGreaterThanOrEqual(size)
      size = bytes
      voids = report.void['conflict'] ?? 0
    }
    expect(beside(path.join(around, '0'))).toEqual([])
    expect(size).toBeGreaterThan(taken[0]?.bytes ?? Infinity)
    // They are in the copy, and not in what is restored of it.
    expect(voids).toBeGreaterThan(0)

    const log = openFileLog(hubDir)
    const { commits: all } = await acceptedIn(log)
    for (let i = 0; i < CUTS; i++) {
      const from = random.pick(taken)
      // At 0 there is no commit to compare with.
      const to = 1 + random.below(from.position)
      const target = path.join(around, `restored-${i}`)
      const restored = await restore(from.dir, target, { to })
      const last = all.findLast(({ first, head }) => head.position <= to || first <= to)
      expect(restored).toMatchObject({ position: last?.head.position, commits: last?.n, at: last?.head.at })
      expect(restored.from).toEqual({ hub: whole.hub, seen: last?.head.mark })
      expect(await verified(target)).toMatchObject({ hub: restored.hub, chain: restored.chain, void: {}, findings: [] })
      const there = openFileLog(target)
      await expectSameHistory(there, await firstCommits(log, restored.commits))
      await there.close()
      await expectGoesOn(target, random)
    }
    await log.close()
    console.log(`${taken.length} backups up to ${size} bytes with ${voids} conflicts, ${CUTS} restored`)
  },
)

/** A restored hub knows the keys that it was given, and takes new commands. */
async function expectGoesOn(hubDir: string, random: Random): Promise<void> {
  const log = openFileLog(hubDir)
  const keyed = (await acceptedIn(log)).commits.flatMap(({ line, n }) => {
    const { key, by, cmd, id } = JSON.parse(line.toString()) as Record<string, string>
    return key === undefined || cmd !== 'SendMessage' ? [] : [{ key, by: by as unknown as { id: string }, id, n }]
  })
  await log.close()
  const hub = await openHub({ dir: hubDir, limits: { inbox: 1_000_000 } })
  const { position } = hub.head
  if (keyed.length > 0) {
    const { key, by, id } = random.pick(keyed)
    const [sent] = (await eventsOf(hub)).filter(({ commit, type }) => commit === id && type === 'MessageSent')
    expect(sent).toBeDefined()
    const { address: to, body, data } = (sent as LoggedEvent).data as { address: string; body: string; data: unknown }
    const again = { type: 'SendMessage', to: to.replace('session:', ''), body, data } as Command
    const receipt = await hub.as(sessionActor(by.id)).send(again, { key })
    expect(receipt).toMatchObject({ commit: id, duplicate: true })
    expect(hub.head.position).toBe(position)
    await expect(hub.as(sessionActor(by.id)).send({ ...again, body: 'other' } as Command, { key })).rejects.toEqual(
      refusal('KEY_REUSED'),
    )
  }
  const receipt = await hub.send({ type: 'SendMessage', to: 'operator', body: 'on we go' }, { key: 'afterwards' })
  expect(receipt.events[0]?.position).toBe(position + 1)
  expect((await hub.verify()).findings).toEqual([])
  await hub.close()
}

// ---- a small hub

const AT = Date.parse('2026-03-01T12:00:00.000Z')
const MINUTE = 60_000

interface Small {
  readonly dir: string
  /** Of the newest event. */
  readonly position: number
}

/** A commit a minute, of one, two and three events; the last but one has none. */
async function small(commits = 12): Promise<Small> {
  const hubDir = path.join(dir(), '.baton')
  let now = AT
  const hub = await openHub({ dir: hubDir, create: true, clock: () => now, sweepEvery: false })
  await hub.send({ type: 'OpenSession', sessionId: 'planner' })
  for (let i = 1; i < commits; i++) {
    now += MINUTE
    if (i === commits - 2)
      await hub.send({ type: 'AcknowledgeMessage', messageIds: [await acked(hub)] }, { key: 'none' })
    else await write(hub, i)
  }
  const { position } = hub.head
  await hub.close()
  return { dir: hubDir, position }
}

const write = (hub: Hub, i: number): Promise<unknown> =>
  hub.eventStore.appendToStream(
    `s${i % 3}`,
    Array.from({ length: 1 + (i % 3) }, (_, j) => ({ type: 'T', data: { i, j } })),
  )

/** A message that is acknowledged already: doing that again has no effect. */
async function acked(hub: Hub): Promise<string> {
  const { events } = await hub.send({ type: 'SendMessage', to: 'operator', body: 'x' })
  const [{ data }] = events as [ReceiptEvent]
  const { messageId } = data as { messageId: string }
  await hub.send({ type: 'AcknowledgeMessage', messageIds: [messageId] })
  return messageId
}

test('02 a target that is there is left alone; an empty directory is taken', async () => {
  const { dir: hubDir } = await small()
  const around = dir()
  const file = path.join(around, 'file')
  fs.writeFileSync(file, 'mine')
  const full = path.join(around, 'full')
  fs.mkdirSync(full)
  fs.writeFileSync(path.join(full, 'mine'), '')
  const link = path.join(around, 'link')
  fs.symlinkSync(dir(), link)
  const empty = path.join(around, 'empty')
  fs.mkdirSync(empty, { mode: 0o755 })
  const before = fs.readdirSync(around)
  for (const make of [backup, restore]) {
    for (const target of [file, full, link, hubDir]) {
      await expect(make(hubDir, target)).rejects.toEqual(refusal('TARGET_EXISTS'))
    }
    expect(fs.readdirSync(around)).toEqual(before)
    expect(fs.readdirSync(full)).toEqual(['mine'])

    await make(hubDir, empty)
    expect(modeOf(empty)).toBe(0o700)
    await expect(make(hubDir, empty)).rejects.toEqual(refusal('TARGET_EXISTS'))
    fs.rmSync(empty, { recursive: true })
    fs.mkdirSync(empty)
    // What lies in between is made.
    await make(hubDir, path.join(around, make.name, 'a', 'b'))
    expect((await verified(path.join(around, make.name, 'a', 'b'))).findings).toEqual([])
    fs.rmSync(path.join(around, make.name), { recursive: true })
  }
})

test('03 somebody who is faster is not written over', async () => {
  const { dir: hubDir } = await small()
  for (const make of [backup, restore]) {
    const target = path.join(dir(), 'copy')
    const both = await Promise.allSettled([
      make(hubDir, target, {
        onProgress() {
          fs.mkdirSync(path.join(target, 'theirs'), { recursive: true })
        },
      }),
      // Nor does one process make the same thing twice at once.
      make(hubDir, target),
    ])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    for (const outcome of both) expect(outcome).toMatchObject({ reason: { code: 'TARGET_EXISTS' } })
    expect(fs.readdirSync(target)).toEqual(['theirs'])
    expect(beside(target)).toEqual([])
  }
})

test('04 no hub there: HUB_NOT_FOUND, and nothing is made', async () => {
  const around = dir()
  const unfounded = path.join(dir(), '.baton')
  await openFileLog(unfounded, { create: true }).close()
  for (const source of [path.join(around, 'nowhere'), unfounded]) {
    for (const make of [backup, restore]) {
      await expect(make(source, path.join(around, 'copy'))).rejects.toEqual(refusal('HUB_NOT_FOUND'))
    }
  }
  expect(fs.readdirSync(around)).toEqual([])
})

test('05 what is torn at the end stays behind; what is void before it is copied, and not restored', async () => {
  const { dir: hubDir } = await small()
  const whole = bytesOf(hubDir)
  const { commits } = await acceptedIn(openFileLog(hubDir))
  const stale = commits[4]?.line as Buffer
  for (const [voids, tail] of [
    [0, '{"v":1,"id":"torn'],
    [0, '{"v":1,"id":"torn\n\n\n{"half'],
    [2, `{"v":1,"id":"torn\n${stale.toString()}\n{"v":1,"id`],
  ] as const) {
    fs.writeFileSync(logFile(hubDir), Buffer.concat([whole, Buffer.from(tail)]))
    const copy = path.join(dir(), 'copy')
    await backup(hubDir, copy)
    const kept = voids === 0 ? '' : tail.slice(0, tail.lastIndexOf('\n') + 1)
    expect(bytesOf(copy).toString()).toBe(whole.toString() + kept)
    const report = await verified(copy)
    expect(Object.values(report.void).reduce((sum, count) => sum + count, 0)).toBe(voids)

    const fresh = path.join(dir(), 'fresh')
    await restore(copy, fresh)
    expect(await verified(fresh)).toMatchObject({ commits: report.commits, events: report.events, void: {} })
  }
})

test('06 a position: the whole commit that holds it, and what follows without an event of its own', async () => {
  const { dir: hubDir } = await small()
  const log = openFileLog(hubDir)
  const { commits: all } = await acceptedIn(log)
  const newest = all.at(-1)?.head.position as number
  const sizes = new Set<number>()
  for (let to = 0; to <= newest; to++) {
    const target = path.join(dir(), 'restored')
    const { position, commits } = await restore(hubDir, target, { to })
    expect(position).toBe(to === 0 ? 0 : all.find(({ head }) => head.position >= to)?.head.position)
    sizes.add(position - to)
    const there = openFileLog(target)
    await expectSameHistory(there, await firstCommits(log, commits))
    await there.close()
  }
  expect(sizes).toEqual(new Set([0, 1, 2]))
  const none = all.find(({ line }) => line.includes('"events":[]'))
  expect((await restore(hubDir, path.join(dir(), 'r'), { to: none?.head.position as number })).commits).toBe(none?.n)
  for (const to of [newest + 1, -1, 1.5, Number.NaN]) {
    await expect(restore(hubDir, path.join(dir(), 'r'), { to })).rejects.toEqual(refusal('INVALID_COMMAND'))
  }
  await log.close()
})

test('07 a time: the last commit that was made by then; a restored hub has the times of the original', async () => {
  const { dir: hubDir } = await small()
  const log = openFileLog(hubDir)
  const { commits } = await acceptedIn(log)
  const first = path.join(dir(), 'first')
  await restore(hubDir, first, { clock: () => AT + 1_000 * MINUTE })
  for (const source of [hubDir, first]) {
    for (const at of [AT, AT + 1, AT + 3 * MINUTE - 1, AT + 3 * MINUTE, AT + 3 * MINUTE + 1, AT + 10_000 * MINUTE]) {
      const last = commits.findLast(({ head }) => Date.parse(head.at) <= at)
      const report = await restore(source, path.join(dir(), 'r'), { to: new Date(at) })
      expect(report).toMatchObject({ commits: last?.n, position: last?.head.position, at: last?.head.at })
    }
    for (const to of [new Date(AT - 1), new Date(Number.NaN), new Date(-1)]) {
      await expect(restore(source, path.join(dir(), 'r'), { to })).rejects.toEqual(refusal('INVALID_COMMAND'))
    }
  }
  await log.close()
})

test('08 where it came from, and when, stands in its first line', async () => {
  const { dir: hubDir } = await small()
  const original = await verified(hubDir)
  const one = path.join(dir(), 'one')
  const two = path.join(dir(), 'two')
  const first = await restore(hubDir, one, { clock: () => AT, newId: () => 'one' })
  const second = await restore(one, two, { to: 3, newId: () => 'two' })
  expect(first.from).toEqual({ hub: original.hub, seen: [original.commits, original.chain] })
  expect(second.from.hub).toBe('one')
  const [, line = ''] = bytesOf(one).toString().split('\n')
  expect(JSON.parse(line)).toMatchObject({
    kind: 'genesis',
    hub: 'one',
    at: new Date(AT).toISOString(),
    from: { hub: original.hub, seen: [original.commits, original.chain], at: new Date(AT).toISOString() },
  })
  for (const newId of [() => original.hub as string, () => '../x', () => '']) {
    await expect(restore(hubDir, path.join(dir(), 'r'), { newId })).rejects.toEqual(
      refusal(expect.stringMatching(/^(BAD_ID|INVALID_COMMAND)$/) as never),
    )
  }
})

test('09 a line of the original is refused in what was restored, wherever it stood, and the other way round', async () => {
  const { dir: hubDir } = await small(40)
  const log = openFileLog(hubDir)
  const { genesis, commits } = await acceptedIn(log)
  await log.close()
  const cut = 20
  const source = path.join(dir(), 'restored')
  const restored = await restore(hubDir, source, { to: commits[cut - 1]?.head.position ?? 0 })
  expect(restored.commits).toBe(cut)
  const clean = bytesOf(source)
  const there = openFileLog(source)
  const rewritten = (await acceptedIn(there)).commits
  await there.close()
  const target = path.join(dir(), 'target')
  fs.cpSync(source, target, { recursive: true })
  const tally: Record<string, number> = {}

  async function expectRefused(line: Buffer): Promise<void> {
    fs.writeFileSync(logFile(target), Buffer.concat([clean, line, Buffer.from('\n')]))
    const report = await verified(target)
    // Neither it nor anything in place of what was there.
    expect(report.commits).toBeLessThanOrEqual(cut)
    const fate = report.findings.some(({ kind }) => kind === 'damaged') ? 'damaged' : Object.keys(report.void).join()
    expect(['damaged', 'orphaned', 'duplicate', 'stale']).toContain(fate)
    if (fate !== 'damaged') expect(report).toMatchObject({ commits: cut, chain: restored.chain })
    tally[fate] = (tally[fate] ?? 0) + 1
  }

  for (const { line } of commits) await expectRefused(line)
  await expectRefused(genesis)
  // Claims that are a few commits older than the cut, or as old as can be: what they name is another history here.
  const next = JSON.parse(commits[cut]?.line.toString() ?? '') as Record<string, unknown>
  delete next['crc']
  for (let seen = 0; seen <= cut; seen++) {
    for (const safe of [0, Math.max(0, seen - 3), seen]) {
      const mark = (n: number): unknown => (n === 0 ? [0, chainOf(commits[0])] : commits[n - 1]?.head.mark)
      const claims = { ...next, id: `pasted-${seen}`, on: {}, seen: mark(seen), safe: mark(safe) }
      await expectRefused(sealed(JSON.stringify(claims).slice(0, -1)))
    }
  }
  // And back: a line of the restored hub in the original.
  const original = bytesOf(hubDir)
  for (const { line, n } of rewritten) {
    fs.writeFileSync(logFile(hubDir), Buffer.concat([original, line, Buffer.from('\n')]))
    const { findings, commits: count, void: voids } = await verified(hubDir)
    const isDamaged = findings.some(({ kind }) => kind === 'damaged')
    expect(isDamaged || Object.keys(voids).length > 0, `commit ${n}`).toBe(true)
    expect(count).toBeLessThanOrEqual(commits.length)
  }
  console.log(tally)
  expect(tally['damaged']).toBeGreaterThan(commits.length)
})

/** chain(0), as the first commit says it. */
const chainOf = (first: { readonly line: Buffer } | undefined): string =>
  (JSON.parse(first?.line.toString() ?? '') as { seen: [number, string] }).seen[1]

// ---- damage

test('10 a flipped bit: no backup of it; restored is what stands before it, and the position is named', async () => {
  const { dir: hubDir } = await small(30)
  const original = bytesOf(hubDir)
  const healthy = await acceptedIn(openFileLog(hubDir))
  const random = seeded(SEED)
  let [served, torn] = [0, 0]
  for (let i = 0; i < (LONG ? 400 : 60); i++) {
    const bytes = Buffer.from(original)
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
    fs.writeFileSync(logFile(hubDir), bytes)
    // Whoever goes on from a snapshot does not look at what lies before it.
    fs.rmSync(path.join(hubDir, 'views'), { recursive: true, force: true })
    const copy = path.join(dir(), 'copy')
    const hub = await openHub({ dir: hubDir, sweepEvery: false }).catch(() => undefined)
    const damage = hub === undefined || hub.damage !== undefined
    const position = hub?.head.position ?? 0
    await hub?.close()
    if (!damage) {
      // The newest commit, or a line break: nothing attests that it was anything else.
      await backup(hubDir, copy)
      expect((await verified(copy)).findings.filter(({ kind }) => kind !== 'torn')).toEqual([])
      torn++
      continue
    }
    await expect(backup(hubDir, copy)).rejects.toEqual(refusal('LOG_DAMAGED'))
    await expect(restore(hubDir, copy)).rejects.toEqual(
      refusal('LOG_DAMAGED', {
        ...(hub !== undefined && { hint: expect.stringContaining(`--to ${position}`) as string }),
      }),
    )
    await expect(restore(hubDir, copy, { to: position + 1 })).rejects.toEqual(refusal('LOG_DAMAGED'))
    // What was made by then may lie behind the damage.
    await expect(restore(hubDir, copy, { to: new Date(AT + 1_000 * MINUTE) })).rejects.toEqual(refusal('LOG_DAMAGED'))
    expect(fs.existsSync(copy)).toBe(false)
    expect(beside(copy)).toEqual([])
    if (hub === undefined) continue

    const to = random.below(position + 1)
    for (const [name, upTo] of [
      ['all', position],
      ['some', to],
    ] as const) {
      const target = path.join(path.dirname(copy), name)
      const restored = await restore(hubDir, target, { to: upTo })
      const there = openFileLog(target)
      const lines = [healthy.genesis, ...healthy.commits.map(({ line }) => line)].slice(0, restored.commits + 1)
      await expectSameHistory(there, await logOf(lines))
      await there.close()
      expect(restored.position).toBeGreaterThanOrEqual(upTo)
      served++
    }
    expect(bytesOf(hubDir).equals(bytes)).toBe(true)
  }
  console.log(`${served} restored from damaged hubs, ${torn} that nothing attests`)
  expect(served).toBeGreaterThan(20)
})

test('11 a hub whose sync has failed: no backup, for it may not be on the disk; but it can be restored from', async () => {
  const { dir: hubDir, position } = await small()
  markSuspect(path.join(hubDir, 'log'), 'a test')
  const target = path.join(dir(), 'copy')
  await expect(backup(hubDir, target)).rejects.toEqual(refusal('STORAGE_FAILED'))
  expect(fs.existsSync(target)).toBe(false)
  expect((await restore(hubDir, target)).position).toBe(position)
})

test('12 a record of a later version: LOG_TOO_NEW, and nothing is made', async () => {
  const { dir: hubDir } = await small()
  fs.appendFileSync(logFile(hubDir), Buffer.concat([sealed('{"v":2,"later":true'), Buffer.from('\n')]))
  for (const make of [backup, restore]) {
    const target = path.join(dir(), 'copy')
    await expect(make(hubDir, target)).rejects.toEqual(refusal('LOG_TOO_NEW'))
    expect(fs.readdirSync(path.dirname(target))).toEqual([])
  }
})

// ---- on the way

test('13 it tells how far it is, and can be stopped anywhere: then it is not there', async () => {
  const hubDir = path.join(dir(), '.baton')
  const hub = await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false })
  const pad = 'p'.repeat(20_000)
  for (let i = 0; i < 200; i++) await hub.eventStore.appendToStream('s', [{ type: 'T', data: { pad } }])
  await hub.close()
  const { size } = fs.statSync(logFile(hubDir))
  for (const make of [backup, restore]) {
    const told: Progress[] = []
    const around = dir()
    await make(hubDir, path.join(around, 'copy'), { onProgress: (progress) => told.push(progress) })
    expect(new Set(told.map(({ total }) => total))).toEqual(new Set([size]))
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b))
    expect(told.at(-1)?.done).toBe(size)
    expect(told.length).toBeGreaterThan(6)

    for (const stopAt of [0, 0.1, 0.4, 0.6, 0.9]) {
      const stop = new AbortController()
      const target = path.join(around, `stopped-${stopAt}`)
      if (stopAt === 0) stop.abort()
      const stopped = make(hubDir, target, {
        signal: stop.signal,
        onProgress: ({ done, total }) => done >= total * stopAt && stop.abort(),
      })
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
      expect(fs.existsSync(target), `${make.name} stopped at ${stopAt}`).toBe(false)
      expect(beside(target)).toEqual([])
    }
  }
})

test('14 what a killed one left is swept by the next; what a living one is filling is left alone', async () => {
  const { dir: hubDir } = await small()
  const around = dir()
  const target = path.join(around, 'copy')
  const of = (pid: number | string, name = 'copy'): string => path.join(around, `.${name}.unfinished-${pid}`)
  // The highest pid there may be is nobody's.
  const dead = 2 ** 22
  for (const left of [of(dead), of(process.pid), of(process.ppid), of('x'), of(dead, 'other')]) {
    fs.mkdirSync(path.join(left, 'log'), { recursive: true })
    fs.writeFileSync(path.join(left, 'log', '00000001.jsonl'), '')
  }
  await backup(hubDir, target)
  const left = fs.readdirSync(around).filter((name) => name.startsWith('.'))
  expect(left.toSorted()).toEqual(
    [of(process.ppid), of('x'), of(dead, 'other')].map((each) => path.basename(each)).toSorted(),
  )
})

test('15 the hub that is copied can be read-only, and one in the middle of founding is none', async () => {
  const { dir: hubDir, position } = await small()
  fs.chmodSync(logFile(hubDir), 0o400)
  const report = await backup(hubDir, path.join(dir(), 'copy'))
  expect(report.position).toBe(position)
  expect(modeOf(logFile(report.dir))).toBe(0o600)
})

test('16 what the disk gives differently the second time is called no backup', async () => {
  for (const spoil of [
    (file: string): void => {
      const bytes = fs.readFileSync(file)
      bytes[500] = (bytes[500] as number) ^ 1
      fs.writeFileSync(file, bytes)
    },
    (file: string): void => fs.truncateSync(file, 700),
  ]) {
    const { dir: hubDir } = await small()
    const target = path.join(dir(), 'copy')
    let spoilt = false
    const making = backup(hubDir, target, {
      // All of it was judged by then, and nothing was copied yet.
      onProgress({ done, total }) {
        if (spoilt || done < total * 0.33) return
        spoilt = true
        spoil(logFile(hubDir))
      },
    })
    await expect(making).rejects.toEqual(refusal('STORAGE_FAILED'))
    expect(spoilt).toBe(true)
    expect(fs.existsSync(target)).toBe(false)
    expect(beside(target)).toEqual([])
  }
})
