/** `baton verify` and `baton projections`, on hubs that are well, drifted, damaged, too new, unwritable and large. */
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { withPhases } from '../../src/cli/phases.ts'
import type { RebuildReport, Report, ViewsReport, ViewsStatus } from '../../src/index.ts'
import { logFile } from '../../src/log/file/file-log.ts'
import { shell, type Shell } from '../support/baton.ts'
import { all, contentsOf, inHub, opened, publishSnapshot, spoil, viewsIn, writeByHand } from '../support/ills.ts'
import { framed, sealed } from '../support/lines.ts'
import { scratch } from '../support/scratch.ts'
import { lacks } from '../support/needs.ts'

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

const fresh = scratch()
let cwd: string
let dir: string
let baton: Shell

beforeEach(async () => {
  cwd = fresh()
  dir = path.join(cwd, '.baton')
  baton = shell(cwd)
  await inHub(dir, (hub) =>
    all(hub, ...opened('planner', 'coder'), { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' }),
  )
})

interface Verified {
  readonly log?: Report
  readonly views?: ViewsReport & { readonly problems: readonly { readonly why: string }[] }
  readonly notCompared?: string
}

async function verified(...args: readonly string[]): Promise<Verified & { readonly code: number | null }> {
  const { code, stdout, stderr } = await baton('verify', '--json', ...args)
  expect(stderr).toBe('')
  return { code, ...(JSON.parse(stdout) as Verified) }
}

test('a hub that is whole', async () => {
  const { code, log, views } = await verified()
  expect(code).toBe(0)
  expect(log).toMatchObject({ commits: 3, events: 5, findings: [], void: {} })
  expect(views).toMatchObject({ position: 5, drifted: 0, drift: [], problems: [] })
  expect(await baton.ok('verify')).toMatch(
    /^log {4}5 events in 3 commits, chain [0-9a-f]{16}: whole\nviews {2}\d+ documents up to #5: all as the log makes them\n$/,
  )
  expect(Object.keys(await baton.json<object>('verify', '--log-only'))).toEqual(['log'])
  expect(Object.keys(await baton.json<object>('verify', '--views-only'))).toEqual(['views'])
  const neither = await baton('verify', '--log-only', '--views-only')
  expect(neither).toMatchObject({ code: 2, stdout: '' })
})

const drift = (): Promise<void> =>
  publishSnapshot(dir, (document) => {
    Object.assign(document('tasks', 't1').doc as object, { title: 'Another' })
    document('sessions', 'coder').doc = undefined
    document('inboxes', 'ghost').doc = { entries: {}, counts: {} }
  })

test('each drifted document is named, with its view, its key and the cure', async () => {
  await drift()
  const { code, stdout, stderr } = await baton('projections', 'verify')
  expect({ code, stderr }).toEqual({ code: 6, stderr: '' })
  const [head, ...lines] = stdout.split('\n')
  expect(head).toMatch(/^3 of \d+ documents up to #5 are not what the log makes of them$/)
  expect(lines.toSorted().filter(Boolean)).toEqual([
    'Fold them anew: baton projections rebuild',
    'differs  tasks     t1     title is "Another" instead of "T"',
    'extra    inboxes   ghost  it is there, and the log makes none',
    'missing  sessions  coder  the log makes it, and it is not there',
  ])
  const { views, log, code: also } = await verified()
  expect(also).toBe(6)
  expect(log?.findings).toEqual([])
  expect(views?.drift.map(({ view, key, kind }) => [view, key, kind]).toSorted()).toEqual([
    ['inboxes', 'ghost', 'extra'],
    ['sessions', 'coder', 'missing'],
    ['tasks', 't1', 'differs'],
  ])
  await baton.ok('projections', 'rebuild')
  expect(await baton('projections', 'verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/: all are what/),
  })
})

test('one view is rebuilt alone, and the others drift on', async () => {
  await drift()
  expect(await baton.json<RebuildReport>('projections', 'rebuild', 'tasks')).toEqual({
    views: ['tasks'],
    position: 5,
    resumedFrom: 0,
    isKept: true,
  })
  const { views } = await verified('--views-only')
  expect(views?.drift.map(({ view }) => view).toSorted()).toEqual(['inboxes', 'sessions'])
  const status = await baton.json<ViewsStatus>('projections', 'status')
  expect(status.views.find(({ view }) => view === 'tasks')).toMatchObject({ state: 'ready', rebuilt: 1 })
  expect(await baton.ok('projections', 'status')).toMatch(/\ntasks +v\d+ +ready +rebuilt once\n/)
})

test('list and status', async () => {
  const list = await baton.json<{ view: string; version: number; answers: string }[]>('projections', 'list')
  const status = await baton.json<ViewsStatus & { snapshot: { behind: number } }>('projections', 'status')
  expect(list.map(({ view }) => view)).toEqual(status.views.map(({ view }) => view))
  expect(list.find(({ view }) => view === 'inboxes')).toMatchObject({ answers: 'what waits for whom' })
  expect(status).toMatchObject({
    position: 5,
    snapshot: { number: 0, position: 0, behind: 5, tables: 0, documents: 0, bytes: 0, unfinished: [], problems: [] },
  })
  expect(await baton.ok('projections', 'status')).toMatch(
    /\nsnapshot {2}none: all 5 events are folded at every start\n/,
  )
  await publishSnapshot(dir)
  await inHub(dir, (hub) => all(hub, ...opened('reviewer')))
  const text = await baton.ok('projections', 'status')
  expect(text).toMatch(/\nsnapshot {2}1, up to #5, 1 events? behind #6\nholds {5}\d+ documents in 1 table, [\d.]+ KB\n/)
})

test('a snapshot that does not count is told, and what to do', async () => {
  await publishSnapshot(dir)
  spoil(path.join(viewsIn(dir), 'manifest-000000000001.json'))
  expect(await baton.ok('projections', 'status')).toMatch(
    /\nproblem {3}\S+manifest-000000000001\.json: its checksum does not match\nWhat is wrong .*: baton projections rebuild\n$/,
  )
  const { code, views } = await verified()
  expect(code).toBe(6)
  expect(views).toMatchObject({ drifted: 0, problems: [{ why: 'its checksum does not match' }] })
})

const tableOf = (): string => {
  const [table = ''] = fs.readdirSync(viewsIn(dir)).filter((name) => name.endsWith('.table'))
  return path.join(viewsIn(dir), table)
}

test('a table in which a bit has turned over: told, and cured by a rebuild', async () => {
  await publishSnapshot(dir)
  spoil(tableOf(), 200)
  const why = `the table ${path.basename(tableOf())} is damaged: the checksum of the record at 68 is wrong`
  // What is served is folded anew, so nothing of it has drifted; the file is still as it is.
  const { code, log, views } = await verified()
  expect({ code, log: log?.findings }).toEqual({ code: 6, log: [] })
  expect(views).toMatchObject({ drifted: 0, problems: [{ why }] })
  const told = await baton('projections', 'verify')
  expect(told).toMatchObject({ code: 6, stderr: '' })
  expect(told.stdout).toContain(why)
  await baton.ok('projections', 'rebuild')
  expect((await verified()).code).toBe(0)
})

test('a table that was cut: it does not count, and all is folded from the log', async () => {
  await publishSnapshot(dir)
  fs.truncateSync(tableOf(), 100)
  const { code, views } = await verified()
  expect(code).toBe(6)
  expect(views).toMatchObject({ drifted: 0, problems: [{ why: expect.stringMatching(/damaged|short|table/) }] })
})

test('findings in the log: where, and what to do', async () => {
  fs.appendFileSync(logFile(dir), framed('torn'))
  await writeByHand(dir, [{ s: 'x-a', t: 'A', v: 1, d: {} }], [2, '0123456789abcdef'])
  const at = fs.readFileSync(logFile(dir)).indexOf('torn')
  const { code, stdout } = await baton('verify')
  expect(code).toBe(6)
  expect(stdout).toMatch(/^log {4}5 events in 3 commits, .*: 2 findings\n/)
  expect(stdout).toContain(`\n  torn      at ${at}  a record of 4 bytes fails its checksum\n  orphaned  at `)
  expect(stdout).toMatch(
    /\n {2}torn: Nothing to do: .*\n {2}orphaned: Nothing to do: .*\nviews {2}\d+ documents up to #5: all/,
  )
  expect((await verified()).log?.findings).toMatchObject([{ kind: 'torn', offset: at }, { kind: 'orphaned' }])
})

test('a damaged log: the views of what stands before it', async () => {
  await inHub(dir, (hub) => all(hub, ...opened('reviewer', 'tester')))
  const lines = fs.readFileSync(logFile(dir))
  spoil(logFile(dir), lines.indexOf('"TaskOpened"') + 3)
  const { code, log, views } = await verified()
  expect(code).toBe(6)
  expect(log?.findings).toMatchObject([{ kind: 'damaged' }])
  expect(views).toMatchObject({ position: 2, drifted: 0 })
  expect((await baton('verify')).stdout).toMatch(/\n {2}damaged: .* What to type: baton doctor\nviews /)
})

test('damage that a snapshot alone knows of', async () => {
  await publishSnapshot(dir)
  spoil(logFile(dir), fs.statSync(logFile(dir)).size - 40)
  const { code, log } = await verified()
  expect(code).toBe(6)
  expect(log?.findings).toMatchObject([{ kind: 'damaged', message: expect.stringMatching(/a snapshot attests/) }])
  expect((await verified('--log-only')).log?.findings).toMatchObject([{ kind: 'torn' }])
})

test('a log of a newer version: as far as it is known, and which version to use', async () => {
  fs.appendFileSync(logFile(dir), framed(sealed('{"v":2,"id":"01NEW"')))
  const { code, log, views, notCompared } = await verified()
  expect(code).toBe(6)
  expect(log).toMatchObject({ events: 5, findings: [{ kind: 'too-new' }] })
  expect(views).toBeUndefined()
  expect(notCompared).toMatch(/which this version of Baton does not know$/)
  expect((await baton('verify')).stdout).toMatch(
    /\n {2}too-new: .*Use that one or a later one\.\nviews {2}not compared: /,
  )
  const alone = await baton('verify', '--views-only', '--json')
  expect(alone).toMatchObject({ code: 1, stdout: '' })
  expect(JSON.parse(alone.stderr)).toMatchObject({ error: { code: 'LOG_TOO_NEW' } })
})

/** Prints how it ended, and what it complained of. */
const ending = (words: string): string =>
  `'${process.execPath}' '${MAIN}' ${words} --json >out 2>err; echo "$? $(cat err)"`

test.skipIf(lacks('mounts'))('a read-only directory without views: all of it can be looked at', async () => {
  const looks = [
    'verify',
    'projections list',
    'projections status',
    'projections verify',
    'doctor',
    'wait --for task/t1=open',
  ]
  const script = [
    `mount --bind '${dir}' '${dir}' && mount -o remount,bind,ro '${dir}' && cd '${cwd}'`,
    ...looks.map(ending),
  ]
  const { stdout, stderr } = spawnSync('unshare', ['-rm', 'bash', '-c', script.join('\n')], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.split('\n').slice(0, -1)).toEqual(looks.map(() => '0 '))
})

test('what only looks changes nothing, with much that no snapshot has yet', async () => {
  await inHub(
    dir,
    async (_, as) => {
      const letter = { type: 'SendMessage', to: 'coder', body: 'x'.repeat(1_000), expiresWithinMs: 1 } as const
      await Promise.all(Array.from({ length: 400 }, () => as('planner').send(letter)))
    },
    { durability: 'os', agoMs: 60_000 },
  )
  fs.rmSync(path.join(dir, 'views'), { recursive: true, force: true })
  const before = contentsOf(dir)
  for (const words of [['verify'], ['projections', 'status'], ['doctor']]) await baton(...words)
  expect(contentsOf(dir)).toEqual(before)
})

test.each([
  [['projections'], 2, /baton projections what\?\n {2}See what there is: baton help projections\n/],
  [['projections', 'rebuild', 'inbox'], 2, /there is no view inbox\n {2}(Did you mean|One of) /],
  [['verify', 'all'], 2, /"all" is one word too many/],
] as const)('%j', async (args, code, says) => {
  const ran = await baton(...args)
  expect(ran).toMatchObject({ code, stdout: '' })
  expect(ran.stderr).toMatch(says)
})

// ---- progress, and Ctrl-C

test('each phase has a bar of its own, and the last is taken away', async () => {
  const drawn: string[] = []
  const clock = { now: 0 }
  const screen = { isTTY: true, columns: 100, write: (text: string) => drawn.push(text) }
  const phases = {
    fold: { doing: 'folding', unit: 'bytes' },
    compare: { doing: 'comparing', unit: 'documents' },
    check: { doing: 'checking', unit: 'bytes' },
  } as const
  await withPhases(phases, { given: {}, screen, now: () => clock.now }, async (update) => {
    for (const phase of ['fold', 'compare'] as const) {
      for (let done = 0; done <= 10; done++) {
        update({ phase, done: done * 1_000, total: 10_000 })
        clock.now += 100
      }
    }
  })
  const said = drawn.map((text) => text.replace('\r\u001b[2K', '').split(' ')[0])
  expect(said).toEqual([...Array(6).fill('folding'), '', ...Array(6).fill('comparing'), ''])
})

let large: string

beforeAll(async () => {
  large = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-large-'))
  await inHub(
    path.join(large, '.baton'),
    async (hub, as) => {
      await all(hub, ...opened('planner'))
      const planner = as('planner')
      const letter = { type: 'SendMessage', to: 'operator', body: 'x'.repeat(300) } as const
      for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 1_000 }, () => planner.send(letter)))
    },
    { durability: 'os' },
  )
  const [made = ''] = fs.readdirSync(path.join(large, '.baton/views'))
  fs.renameSync(path.join(large, '.baton/views', made), viewsIn(path.join(large, '.baton')))
  return () => fs.rmSync(large, { recursive: true, force: true })
})

test('a rebuild is stopped by Ctrl-C, says what it keeps, and goes on from there', async () => {
  const started = (...more: readonly string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [MAIN, 'projections', 'rebuild', 'inboxes', ...more], { cwd: large })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
      child.once('close', (code) => resolve({ code, stdout, stderr }))
      setTimeout(() => child.kill('SIGINT'), delay)
    })
  const before = fs.readFileSync(logFile(path.join(large, '.baton')))
  const kept = async (): Promise<number> =>
    (await shell(large).json<ViewsStatus>('projections', 'status')).snapshot?.unfinished[0]?.position ?? 0
  // Not before it has begun, and before it is done: how fast that goes is the machine's affair.
  let told = ''
  let delay = 200
  for (let tries = 0; (await kept()) === 0 && tries < 40; tries++, delay += 60) {
    const { code, stdout, stderr } = await started()
    // It was done already.
    if (code === 0 || stdout !== '') delay = 200
    // Stopped before it had begun.
    if (code !== 130 || stdout !== '') continue
    told = stderr
    expect(stderr).toMatch(/^(baton: stopped; .*\n {2}Go on: baton projections rebuild inboxes\n)?$/)
  }
  const at = await kept()
  expect(told).toContain(
    `baton: stopped; what is folded up to #${at} of #24001 is kept, and the views are what they were`,
  )
  expect(at).toBeGreaterThan(0)
  const text = await shell(large).ok('projections', 'rebuild', 'inboxes')
  expect(text).toBe(`inboxes is rebuilt up to #24001, going on from #${at} where an earlier rebuild had stopped\n`)
  expect(await kept()).toBe(0)
  expect(fs.readFileSync(logFile(path.join(large, '.baton'))).equals(before)).toBe(true)
  expect(await shell(large)('verify', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test.skipIf(lacks('terminal'))('on a terminal a bar, which Ctrl-C takes away', () => {
  const command = `(sleep 1.2; printf '\\003'; sleep 1) | script -qec "'${process.execPath}' '${MAIN}' projections verify" /dev/null`
  const { stdout, status } = spawnSync('bash', ['-c', command], { cwd: large, encoding: 'utf8', timeout: 30_000 })
  // A fast machine may be done by then.
  if (status === 0) return
  expect(status).toBe(130)
  const lines = stdout.split('\r\u001b[2K')
  if (lines.length > 1) expect(lines.at(-1)?.replace('^C', '')).toBe('')
})
