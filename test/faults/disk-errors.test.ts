/** Disks that fail, fill up, tear writes or lie: no command succeeds that is not in the log, and none is lost. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { clearSuspect } from '../../src/log/file/suspect.ts'
import { scratch } from '../support/scratch.ts'
import { operationsOf, SCENARIOS, stage } from './scenarios.ts'
import { readTrace, shimEnv, type Operation } from './shim.ts'
import { commandOf, eachOf, holdTo, linesIn, listenTo, writers, type Writer } from './writers.ts'
import { lacks } from '../support/needs.ts'

const dir = scratch()
const start = writers()
const theatre = { dir, start }

const LOG = 'log/00000001.jsonl'
const NOBODY = 65_534
const ROOT = process.getuid?.() === 0

const CODE_OF: Record<string, string> = { EIO: 'STORAGE_FAILED', ENOSPC: 'STORAGE_FULL' }

const cases = SCENARIOS.flatMap((scenario) =>
  ['EIO', 'ENOSPC'].map((errno) => ({ scenario, errno, title: `${errno}, ${scenario.name}` })),
)

test.each(cases)('every file operation fails once: $title', { timeout: 300_000 }, async ({ scenario, errno }) => {
  const operations = await operationsOf(theatre, scenario)
  const tally = { opening: 0, writing: 0, closing: 0, suspect: 0 }
  await eachOf(operations, 2, async (operation) => {
    const { n, kind, path: file } = operation
    // By its kind: under `os` a sync and a write may come in either order.
    const nth = operations.filter((earlier) => earlier.kind === kind && earlier.n <= n).length
    const { around, hub, acks } = await stage(theatre, scenario)
    const writer = start({ ...scenario, dir: hub }, shimEnv({ dir: around, plan: `errno@${kind}:${nth}:${errno}` }))
    try {
      expect((await writer.ended).signal).toBeNull()
      tally[expectRefused(writer, operation, CODE_OF[errno] ?? '', scenario.number ?? 0)]++
      if (await expectSuspect(hub, operation)) tally.suspect++
      await holdTo(hub, [...acks, ...writer.acks])
    } catch (error) {
      throw new Error(`after ${errno} at ${n} ${kind} ${file}: ${summary(writer)}`, { cause: error })
    }
  })
  console.log(`${scenario.name}, ${errno}: ${operations.length} operations failed once each`, tally)
  expect(tally.writing).toBeGreaterThan(1)
  expect(tally.suspect).toBeGreaterThan(0)
})

test.each(SCENARIOS)(
  'from every file operation on the disk fails for good: $name',
  { timeout: 300_000 },
  async (scenario) => {
    const operations = await operationsOf(theatre, scenario)
    await eachOf(operations, 2, async ({ n }) => {
      const { around, hub, acks } = await stage(theatre, scenario)
      const writer = start({ ...scenario, dir: hub }, shimEnv({ dir: around, plan: `errno-from:${n}:EIO` }))
      try {
        expect((await writer.ended).signal).toBeNull()
        expect(writer.complaints()).toBe('')
        const failed = [...writer.said.map((line) => line.split(' ')[1]), ...writer.failures.map(({ code }) => code)]
        expect(new Set(failed.filter((code) => code !== undefined))).toEqual(new Set(['STORAGE_FAILED']))
        // Not even the mark could be left; where it could, an operator goes on.
        if (fs.existsSync(hub)) clearSuspect(path.join(hub, 'log'))
        await holdTo(hub, [...acks, ...writer.acks])
      } catch (error) {
        throw new Error(`after EIO from ${n} on: ${summary(writer)}`, { cause: error })
      }
    })
  },
)

const summary = ({ said, failures, acks, complaints }: Writer): string =>
  JSON.stringify({ said, failures, acks: acks.length, stderr: complaints() })

/** The caller learns it, in Baton's words, and nothing succeeds any more. */
function expectRefused(
  writer: Writer,
  { kind }: Operation,
  code: string,
  number: number,
): 'opening' | 'writing' | 'closing' {
  const { said, failures, acks } = writer
  expect(writer.complaints()).toBe('')
  if (said[0] !== 'open') {
    expect(said).toEqual([expect.stringMatching(`^open-failed ${code} `)])
    return 'opening'
  }
  if (failures.length === 0) {
    expect(acks).toHaveLength(number)
    expect(said).toEqual(['open', expect.stringMatching(`^close-failed ${code} `)])
    return 'closing'
  }
  expect([...new Set(failures.map((failure) => failure.code))]).toEqual([code])
  // Whoever had something in the write or under the sync cannot know; whoever came later can.
  const outcomes = failures.map(({ outcome }) => outcome)
  expect(outcomes.join(' ')).toMatch(/^(unknown )*(none ?)*$|^(unknown ?)+$/)
  if (kind === 'write') expect(outcomes[0]).toBe('unknown')
  // Poisoned: all the rest fails, nothing in between succeeds.
  expect(failures.map(({ i }) => i)).toEqual(Array.from({ length: number - acks.length }, (_, j) => acks.length + j))
  return 'writing'
}

/** After a failed sync of the log nobody writes until an operator has said so. */
async function expectSuspect(hub: string, { kind }: Operation): Promise<boolean> {
  const suspect = fs.existsSync(path.join(hub, 'log/SUSPECT'))
  expect(suspect).toBe(kind === 'fdatasync')
  if (!suspect) return false
  const lines = linesIn(hub)
  for (const durability of ['disk', 'os'] as const) {
    const other = await openHub({ dir: hub, create: true, durability })
    await expectSuspected(other, hub)
    expect(other.damage).toBeUndefined()
    await other.close()
  }
  expect(linesIn(hub)).toEqual(lines)
  clearSuspect(path.join(hub, 'log'))
  return true
}

const expectSuspected = (hub: Hub, dir: string): Promise<void> =>
  expect(hub.eventStore.appendToStream('s', [{ type: 'T', data: {} }])).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    details: { suspect: path.join(dir, 'log/SUSPECT') },
  })

test.each(['disk', 'os'] as const)(
  'a sync of another process fails: a hub that is open (%s) stops too',
  async (durability) => {
    const { around, hub: hubDir } = await stage(theatre, { name: '' })
    const hub = await openHub({ dir: hubDir, durability })
    await hub.eventStore.appendToStream('s', [{ type: 'T', data: {} }])
    const other = start({ dir: hubDir, number: 1 }, shimEnv({ dir: around, plan: 'errno@fdatasync:2:EIO' }))
    await other.ended
    expect(other.failures).toMatchObject([{ code: 'STORAGE_FAILED', outcome: 'unknown' }])
    const lines = linesIn(hubDir)
    for (let i = 0; i < 2; i++) await expectSuspected(hub, hubDir)
    expect(linesIn(hubDir)).toEqual(lines)
    await hub.close().catch(() => undefined)
  },
)

test('a sync of another process fails between write and sync: the own sync succeeds, and proves nothing', async () => {
  const { around, hub, acks } = await stage(theatre, { name: '' })
  const gate = path.join(dir(), 'gate')
  const held = start(
    { dir: hub, me: 'held', number: 1 },
    shimEnv({ dir: around, plan: `hold-before@fdatasync:2:${gate}` }),
  )
  await untilThere(`${gate}.ready`)
  const other = start({ dir: hub, me: 'other', number: 1 }, shimEnv({ dir: around, plan: 'errno@fdatasync:2:EIO' }))
  await other.ended
  fs.writeFileSync(gate, '')
  await held.ended
  for (const { acks, failures } of [held, other]) {
    expect(acks).toEqual([])
    expect(failures).toMatchObject([{ code: 'STORAGE_FAILED', outcome: 'unknown' }])
  }
  clearSuspect(path.join(hub, 'log'))
  await holdTo(hub, acks)
})

test('a sync that runs behind the answers fails: whoever asks nothing more is told at the close', async () => {
  const { around, hub, acks } = await stage(theatre, { name: '' })
  const options = { dir: hub, durability: 'os', number: 1, rest: 200 } as const
  const writer = start(options, shimEnv({ dir: around, plan: 'errno@fdatasync:1:EIO' }))
  await writer.ended
  expect(writer.acks).toHaveLength(1)
  expect(writer.said).toEqual(['open', expect.stringMatching('^close-failed STORAGE_FAILED ')])
  clearSuspect(path.join(hub, 'log'))
  await holdTo(hub, [...acks, ...writer.acks])
})

test.each([
  { together: 1, torn: 2, what: 'it is torn in two' },
  { together: 3, torn: 2, what: 'the middle one is torn in two' },
  { together: 4, torn: 0, what: 'the cut falls between two lines' },
])(
  'a write of $together commits is cut short and finished behind another record: $what, each counts once',
  async ({ together, torn }) => {
    const around = dir()
    const hub = path.join(around, '.baton')
    const trace = path.join(dir(), 'trace')
    const gate = path.join(dir(), 'gate')
    const founder = start({ dir: hub, me: 'founder', create: true, number: 1 })
    await founder.ended

    const cut = start(
      { dir: hub, me: 'cut', number: together, together },
      shimEnv({ dir: around, plan: `short@write:1:${gate}`, trace }),
    )
    await untilThere(`${gate}.ready`)
    const other = start({ dir: hub, me: 'other', number: 5 })
    expect(await other.ended).toEqual({ code: 0, signal: null })
    expect(other.acks).toHaveLength(5)
    fs.writeFileSync(gate, '')
    expect(await cut.ended).toEqual({ code: 0, signal: null })
    expect(cut.failures).toEqual([])
    expect(cut.acks).toHaveLength(together)

    const [first, second] = readTrace(trace).filter((record) => record.op === 'write')
    // The runtime has finished the write by another one, and not next to the first.
    expect(second?.offset).toBeGreaterThan((first?.offset ?? 0) + (first?.length ?? 0))
    const { report, accepted } = await holdTo(
      hub,
      [founder, cut, other].flatMap(({ acks }) => acks),
    )
    expect(report.void['torn'] ?? 0).toBe(torn)
    expect(accepted.filter(({ me }) => me === 'cut')).toHaveLength(together)
  },
)

async function untilThere(file: string): Promise<void> {
  for (let i = 0; i < 1_000 && !fs.existsSync(file); i++) await sleep(5)
  expect(fs.existsSync(file)).toBe(true)
}

test.each(['EIO', 'ENOSPC'])(
  'a write is cut short and the rest of it meets %s, which the runtime hides',
  async (errno) => {
    const around = dir()
    const hub = path.join(around, '.baton')
    const founder = start({ dir: hub, me: 'founder', create: true, number: 1 })
    await founder.ended
    const plan = ['short@write:2', `errno-from@write:3:${errno}`]
    const cut = start({ dir: hub, me: 'cut', number: 4 }, shimEnv({ dir: around, plan }))
    await cut.ended
    expect(cut.acks).toHaveLength(1)
    expect(cut.failures.map(({ i, code, outcome }) => ({ i, code, outcome }))).toEqual([
      { i: 1, code: CODE_OF[errno], outcome: 'unknown' },
      { i: 2, code: CODE_OF[errno], outcome: 'none' },
      { i: 3, code: CODE_OF[errno], outcome: 'none' },
    ])
    const { report } = await holdTo(hub, [...founder.acks, ...cut.acks])
    expect(report.void['torn']).toBe(1)
  },
)

/** A shell that may mount: in a namespace of its own, where nobody else sees it and nothing has to be undone. */
const inNamespace = (script: string): Writer =>
  listenTo(spawn('unshare', ['-rm', 'sh', '-euc', script], { stdio: ['pipe', 'pipe', 'pipe'] }), 'w')

test.skipIf(lacks('mounts'))('a tmpfs of 64 KiB fills up, and goes on when there is room again', async () => {
  const disk = dir()
  const after = dir()
  const hub = path.join(disk, '.baton')
  const writer = inNamespace(`
    mount -t tmpfs -o size=64k none '${disk}'
    head -c 30000 /dev/zero > '${disk}/filler'
    ${commandOf({ dir: hub, create: true, number: 200, pad: 500 })}
    rm '${disk}/filler'
    ${commandOf({ dir: hub, me: 'second', number: 3 })} > '${after}/said'
    cp -a '${hub}' '${after}/.baton'
  `)
  expect(await writer.ended).toEqual({ code: 0, signal: null })
  expect(writer.complaints()).toBe('')
  expect(writer.acks.length).toBeGreaterThan(10)
  expect(writer.failures.length).toBe(200 - writer.acks.length)
  const [first, ...rest] = writer.failures
  expect(first).toMatchObject({ i: writer.acks.length, code: 'STORAGE_FULL', outcome: 'unknown' })
  for (const failure of rest) expect(failure).toMatchObject({ code: 'STORAGE_FULL', outcome: 'none' })
  const said = fs.readFileSync(path.join(after, 'said'), 'utf8')
  expect(said.match(/^ack /gm)).toHaveLength(3)
  const { accepted } = await holdTo(path.join(after, '.baton'), writer.acks)
  expect(accepted.filter(({ me }) => me === 'second')).toHaveLength(3)
})

test.skipIf(lacks('mounts'))('a disk that was mounted read-only: reading works, writing is refused', async () => {
  const { hub, earlier } = await keyedHub()
  const reader = inNamespace(`
    mount --bind '${hub}' '${hub}'
    mount -o remount,bind,ro '${hub}'
    ${commandOf({ dir: hub, keyed: true, number: 4 })}
  `)
  await expectReadOnly(reader, earlier, hub)
})

// Root may write whatever the mode says: somebody else has to try.
test.skipIf(lacks('others'))('a directory without write permission: the same', async () => {
  const { hub, earlier } = await keyedHub()
  fs.chmodSync(path.dirname(hub), 0o755)
  const all = [hub, path.join(hub, 'log'), path.join(hub, LOG)]
  if (ROOT) for (const each of all) fs.chownSync(each, NOBODY, NOBODY)
  for (const each of all) fs.chmodSync(each, 0o500)
  const reader = start({ dir: hub, keyed: true, number: 4 }, {}, ROOT ? NOBODY : undefined)
  await reader.ended
  for (const each of all) fs.chmodSync(each, 0o700)
  if (ROOT) for (const each of all) fs.chownSync(each, 0, 0)
  await expectReadOnly(reader, earlier, hub)
})

async function keyedHub(): Promise<{ hub: string; earlier: Writer }> {
  const hub = path.join(dir(), '.baton')
  const earlier = start({ dir: hub, create: true, keyed: true, number: 2 })
  await earlier.ended
  return { hub, earlier }
}

async function expectReadOnly(reader: Writer, earlier: Writer, hub: string): Promise<void> {
  await reader.ended
  expect(reader.complaints()).toBe('')
  expect(reader.said).toEqual(['open', 'closed'])
  // What the log holds is answered from it.
  expect(reader.known).toEqual(earlier.acks.map(({ i, id, position }) => ({ i, id, position })))
  expect(reader.failures.map(({ i, code }) => ({ i, code }))).toEqual([
    { i: 2, code: 'STORAGE_FAILED' },
    { i: 3, code: 'STORAGE_FAILED' },
  ])
  await holdTo(hub, earlier.acks)
}

/** What can happen to a log while a hub has it open. */
const DISAPPEARANCES: Record<string, (hub: string) => void> = {
  'its directory is deleted': (hub) => fs.rmSync(hub, { recursive: true }),
  'its directory is moved away': (hub) => fs.renameSync(hub, `${hub}-elsewhere`),
  'the file is deleted': (hub) => fs.rmSync(path.join(hub, LOG)),
  'the file is replaced by a copy': (hub) => {
    fs.copyFileSync(path.join(hub, LOG), path.join(hub, 'copy'))
    fs.renameSync(path.join(hub, 'copy'), path.join(hub, LOG))
  },
  'the file is moved away, and a copy put in its place': (hub) => {
    fs.renameSync(path.join(hub, LOG), path.join(hub, 'original'))
    fs.copyFileSync(path.join(hub, 'original'), path.join(hub, LOG))
  },
}
/** What succeeds on a log that is where it should be. */
const COMMANDS = {
  append: (hub: Hub) => hub.eventStore.appendToStream('s', [{ type: 'T', data: {} }]),
  'empty append': (hub: Hub) => hub.eventStore.appendToStream('s', []),
}
const commands = ['append', 'empty append'] as const

const losses = (['disk', 'os'] as const).flatMap((durability) =>
  Object.keys(DISAPPEARANCES).flatMap((loss) => commands.map((command) => ({ durability, loss, command }))),
)

test.each(losses)(
  'under an open hub ($durability) $loss: no $command succeeds',
  async ({ durability, loss, command }) => {
    const hubDir = path.join(dir(), '.baton')
    const hub = await openHub({ dir: hubDir, create: true, durability })
    const run = COMMANDS[command]
    for (const each of Object.values(COMMANDS)) await each(hub)
    DISAPPEARANCES[loss]?.(hubDir)
    for (let i = 0; i < 2; i++) await expect(run(hub)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await hub.close().catch(() => undefined)
  },
)

test.each(['NFS', 'FUSE'])('statfs says %s: STORAGE_UNSAFE, unless unsafeFileSystem is set', async (type) => {
  const around = dir()
  const hub = path.join(around, '.baton')
  const env = shimEnv({ dir: around, plan: `statfs:${type}` })
  const refused = expect.stringMatching(`^open-failed STORAGE_UNSAFE .*${type}`)

  const founder = start({ dir: hub, create: true, number: 1 }, env)
  await founder.ended
  expect(founder.said).toEqual([refused])
  expect(fs.existsSync(path.join(hub, LOG))).toBe(false)

  const willing = start({ dir: hub, create: true, number: 1, unsafeFileSystem: true }, env)
  await willing.ended
  expect(willing.said).toEqual(['open', 'closed'])
  expect(willing.acks).toHaveLength(1)

  const opener = start({ dir: hub, me: 'opener', number: 1 }, env)
  await opener.ended
  expect(opener.said).toEqual([refused])
  await holdTo(hub, willing.acks)
})

test.skipIf(!ROOT).each(['.baton', '.baton/log'])('%s belongs to another user: STORAGE_UNSAFE', async (which) => {
  const top = dir()
  const hubDir = path.join(top, '.baton')
  await (await openHub({ dir: hubDir, create: true })).close()
  fs.chownSync(path.join(top, which), NOBODY, NOBODY)
  const unsafe = { code: 'STORAGE_UNSAFE', details: { owner: NOBODY } }
  await expect(openHub({ dir: hubDir })).rejects.toMatchObject(unsafe)
  await expect(openHub({ dir: hubDir, create: true })).rejects.toMatchObject(unsafe)
})

test('the log is a symbolic link: refused, and what it points to is left alone', async () => {
  const hubDir = path.join(dir(), '.baton')
  const hub = await openHub({ dir: hubDir, create: true })
  await hub.eventStore.appendToStream('s', [{ type: 'T', data: {} }])
  await hub.close()
  const target = path.join(dir(), 'target')
  fs.renameSync(path.join(hubDir, LOG), target)
  fs.symlinkSync(target, path.join(hubDir, LOG))
  const before = fs.readFileSync(target)
  for (const create of [false, true]) {
    await expect(openHub({ dir: hubDir, create })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  }
  expect(fs.readFileSync(target)).toEqual(before)
  // One that leads nowhere makes nothing there.
  fs.rmSync(target)
  await expect(openHub({ dir: hubDir, create: true })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  expect(fs.existsSync(target)).toBe(false)
})
