/** Each ill is made on a real hub, is named with its cure, and is gone once the cure was typed as it was printed. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { checks } from '../../src/cli/doctor/checks.ts'
import { doctor } from '../../src/cli/verbs/doctor.ts'
import { openHub } from '../../src/index.ts'
import { logFile } from '../../src/log/file/file-log.ts'
import { markSuspect } from '../../src/log/file/suspect.ts'
import { shimEnv } from '../faults/shim.ts'
import { shell, type Shell } from '../support/baton.ts'
import {
  addEvents,
  all,
  DAY_MS,
  HOUR_MS,
  inHub,
  killedAtAppend,
  opened,
  publishSnapshot,
  spoil,
  viewsIn,
  writeByHand,
} from '../support/ills.ts'
import { framed, sealed } from '../support/lines.ts'
import { scratch } from '../support/scratch.ts'
import { lacks } from '../support/needs.ts'

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

interface Found {
  readonly check: string
  readonly severity: 'error' | 'warning' | 'hint'
  readonly what: string
  readonly cure: string
  readonly type: readonly string[]
}

interface Diagnosis {
  readonly dir: string
  readonly position?: number
  readonly checked: number
  readonly skipped: readonly string[]
  readonly findings: readonly Found[]
}

const fresh = scratch()
let cwd: string
let dir: string
let baton: Shell

beforeEach(async () => {
  cwd = fresh()
  dir = path.join(cwd, '.baton')
  baton = shell(cwd)
  await inHub(dir, (hub) => all(hub, ...opened('planner', 'coder')))
})

async function diagnosis(env: Record<string, string> = {}): Promise<Diagnosis & { readonly code: number | null }> {
  const { code, stdout, stderr } = await shell(cwd, env)('doctor', '--json')
  expect(stderr).toBe('')
  return { ...(JSON.parse(stdout) as Diagnosis), code }
}

/** The same without a process of its own. */
async function examined(): Promise<Diagnosis & { readonly code: number | null }> {
  const answer = await doctor.run({
    positionals: [],
    given: {},
    look: { colour: false, now: Date.now() },
    signal: new AbortController().signal,
    where: () => dir,
  } as never)
  const { json, exit } = answer as { json: Diagnosis; exit: number }
  return { ...json, code: exit }
}

type Examine = () => Promise<Diagnosis & { readonly code: number | null }>

async function found(check: string, examine: Examine = examined): Promise<Found[]> {
  const { findings, code } = await examine()
  expect(code).toBe(findings.some(({ severity }) => severity !== 'hint') ? 6 : 0)
  return findings.filter((each) => each.check === check)
}

/** In a shell, where `baton` is what was built. */
function typed(lines: readonly string[], env: Record<string, string> = {}): void {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))
  const script = [`baton() { '${process.execPath}' '${MAIN}' "$@"; }`, 'set -e', ...lines].join('\n')
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    cwd,
    env: { ...inherited, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect({ lines, status, stderr }).toEqual({ lines, status: 0, stderr: '' })
}

interface Expected {
  readonly severity: Found['severity']
  readonly what: RegExp
  readonly type: readonly (string | RegExp)[]
}

/** Named once, and gone after the cure. */
async function cured(check: string, expected: Expected, examine: Examine = examined): Promise<void> {
  const [ill, ...more] = await found(check, examine)
  expect(more).toEqual([])
  expect(ill).toMatchObject({ check, severity: expected.severity })
  expect(ill?.what).toMatch(expected.what)
  expect(ill?.cure).toMatch(/\.$/)
  expect(ill?.type).toEqual(
    expected.type.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
  )
  typed(ill?.type ?? [])
  expect(await found(check, examine)).toEqual([])
}

test('a hub that is well', async () => {
  expect(await diagnosis()).toEqual({ dir, position: 2, checked: checks.length, skipped: [], findings: [], code: 0 })
  expect(await baton('doctor')).toEqual({
    code: 0,
    stdout: `All is well: nothing found by any of ${checks.length} checks\n`,
    stderr: '',
  })
})

test('every check has a name of its own', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
})

// ---- where it lies

test('a file system that keeps no order', async () => {
  const home = fresh()
  const env = { ...shimEnv({ dir, plan: 'statfs:NFS' }), HOME: home }
  const [ill] = await found('file-system', () => diagnosis(env))
  expect(ill).toMatchObject({
    severity: 'error',
    what: `${dir} lies on NFS, which does not keep what several processes append in one order`,
    type: ['baton backup ~/baton-hub', 'export BATON_DIR=~/baton-hub'],
  })
  typed([...(ill?.type ?? []), 'baton session open reviewer --as operator >/dev/null', 'baton doctor >/dev/null'], env)
})

test.skipIf(process.getuid?.() !== 0)('a hub of another user', async () => {
  fs.chownSync(dir, 1234, 1234)
  const { findings, skipped } = await examined()
  expect(findings.map(({ check }) => check)).toEqual(['owner'])
  expect(skipped).toEqual(checks.filter(({ needsHub }) => needsHub).map(({ name }) => name))
  const what = /^\S*\.baton belongs to another user \(uid 1234; you are 0\)$/
  await cured('owner', { severity: 'error', what, type: [`chown -R 0 ${dir}`] })
})

test('permissions: too many, and too few', async () => {
  fs.chmodSync(dir, 0o755)
  fs.chmodSync(logFile(dir), 0o644)
  const cure = [`chmod -R u+rwX,go-rwx ${dir}`]
  await cured('permissions', {
    severity: 'warning',
    what: /^others may get at \S*\.baton \(755\), log\/00000001\.jsonl \(644\): /,
    type: cure,
  })
  fs.chmodSync(path.join(dir, 'log'), 0o500)
  await cured('permissions', { severity: 'error', what: /^you may not read and write log \(500\)$/, type: cure })
})

test('git would commit it', async () => {
  fs.rmSync(path.join(dir, '.gitignore'))
  expect(await found('git')).toEqual([])
  fs.mkdirSync(path.join(cwd, '.git'))
  fs.writeFileSync(path.join(cwd, '.gitignore'), 'node_modules\n/.baton/\n')
  expect(await found('git')).toEqual([])
  fs.writeFileSync(path.join(cwd, '.gitignore'), 'node_modules\n')
  await cured('git', {
    severity: 'warning',
    what: /^git does not ignore \S*\.baton: /,
    type: [`echo '*' >> ${path.join(dir, '.gitignore')}`],
  })
})

test('a directory that was named is named again, quoted', async () => {
  const odd = path.join(cwd, "it's here")
  fs.mkdirSync(odd)
  fs.renameSync(dir, path.join(odd, '.baton'))
  markSuspect(path.join(odd, '.baton/log'), 'EIO')
  fs.chmodSync(path.join(odd, '.baton'), 0o755)
  const { stdout } = await baton('doctor', '--json', '--dir', odd)
  const cures = (JSON.parse(stdout) as Diagnosis).findings.flatMap(({ type }) => type)
  expect(cures).toHaveLength(2)
  typed(cures.map((cure) => `${cure} >/dev/null`))
  expect(await baton('doctor', '--dir', odd)).toMatchObject({ code: 0 })
})

// ---- the log

test('a damaged log', async () => {
  await inHub(dir, (hub) => all(hub, ...opened('reviewer', 'tester')))
  spoil(logFile(dir), fs.readFileSync(logFile(dir)).indexOf('"planner"') + 3)
  await cured('log', {
    severity: 'error',
    what: /00000001\.jsonl is damaged at \d+: the record there fails its checksum, and commit \w+ attests/,
    type: [`baton restore ${dir} ${dir}-rescued --to 0 && mv ${dir} ${dir}-damaged && mv ${dir}-rescued ${dir}`],
  })
  await baton.ok('session', 'open', 'another', '--as', 'operator')
})

test('damage that a snapshot alone knows of', async () => {
  await publishSnapshot(dir)
  spoil(logFile(dir), fs.statSync(logFile(dir)).size - 40)
  await cured(
    'log',
    {
      severity: 'error',
      what: /the record there fails its checksum, and a snapshot attests that it was durable$/,
      type: [/^baton restore /],
    },
    diagnosis,
  )
})

test('a log of a newer version', async () => {
  fs.appendFileSync(logFile(dir), framed(sealed('{"v":2,"id":"01NEW"')))
  const { findings, skipped } = await examined()
  expect(findings).toMatchObject([
    { check: 'log', severity: 'error', what: expect.stringMatching(/holds .* at \d+, which this version of Baton/) },
  ])
  expect(findings[0]?.type).toEqual(['npm install -g agent-baton@latest'])
  expect(skipped).toContain('leases')
  const { stdout } = await baton('doctor')
  expect(stdout).toMatch(/\n\n1 error, of \d+ checks\nThe hub could not be opened; not looked at: longer-log, /)
})

test('a hub whose founding never finished', async () => {
  fs.writeFileSync(logFile(dir), '')
  await cured('log', { severity: 'error', what: /^there is no genesis record/, type: ['baton init'] })
})

test('torn and orphaned records are counted, and harmless', async () => {
  fs.appendFileSync(logFile(dir), framed('{"v":1,"id":"torn', '{"v":1,"id":"torn too'))
  await writeByHand(dir, [{ s: 'x-a', t: 'A', v: 1, d: {} }], [2, '0123456789abcdef'])
  const ills = await found('log')
  expect(ills).toMatchObject([
    { severity: 'hint', what: expect.stringMatching(/^the log holds 2 torn records, at \d+, \d+$/), type: [] },
    { severity: 'hint', what: expect.stringMatching(/^the log holds 1 orphaned record, at \d+$/), type: [] },
  ])
  for (const { cure } of ills) expect(cure).toMatch(/^Nothing to do: /)
  expect((await examined()).code).toBe(0)
})

test('records that no Baton wrote', async () => {
  fs.appendFileSync(logFile(dir), framed(sealed('{"v":1,"id":"no commit at all"')))
  expect(await found('log')).toMatchObject([{ severity: 'warning', what: expect.stringMatching(/breaks the format/) }])
})

test('a suspect log is cleared by whoever says so', async () => {
  markSuspect(path.join(dir, 'log'), 'fdatasync by process 42: EIO')
  expect(await baton('session', 'open', 'x', '--as', 'operator')).toMatchObject({ code: 1 })
  expect(await baton('doctor', '--clear-suspect')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'baton: nobody is there to be asked\n  Say so: baton doctor --clear-suspect --yes\n',
  })
  await cured('suspect', {
    severity: 'error',
    what: /^a sync of the log failed, and nobody writes since: fdatasync by process 42: EIO$/,
    type: ['baton doctor --clear-suspect --yes'],
  })
  await baton.ok('session', 'open', 'x', '--as', 'operator')
  expect(await baton.json('doctor', '--clear-suspect', '--yes')).toEqual({ cleared: false })
})

test('a suspect log that is damaged is not cleared', async () => {
  await inHub(dir, (hub) => all(hub, ...opened('reviewer', 'tester')))
  spoil(logFile(dir), fs.readFileSync(logFile(dir)).indexOf('"planner"') + 3)
  markSuspect(path.join(dir, 'log'), 'EIO')
  const { code, stderr } = await baton('doctor', '--clear-suspect', '--yes')
  expect(code).toBe(5)
  expect(stderr).toMatch(/^baton: the log is not well: .* is damaged at \d+/)
  expect((await found('suspect'))[0]?.cure).toBe('See to the disk first. And to the log; then go on.')
})

test.skipIf(lacks('terminal')).each([
  ['y', 0, /cleared: EIO/, false],
  ['n', 5, /left as it is/, true],
  ['\u0003', 130, /and go on\? \[y\/N\]/, true],
] as const)('a suspect log: asked on a terminal, and answered with %j', (said, code, says, isLeft) => {
  markSuspect(path.join(dir, 'log'), 'EIO')
  const command = `(sleep 1; printf '${said === '\u0003' ? '\\003' : `${said}\\n`}'; sleep 0.5) | script -qec "'${process.execPath}' '${MAIN}' doctor --clear-suspect" /dev/null`
  const { status, stdout } = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8', timeout: 30_000 })
  expect(stdout).toMatch(says)
  expect(status).toBe(code)
  expect(fs.existsSync(path.join(dir, 'log/SUSPECT'))).toBe(isLeft)
})

// ---- the views

const REBUILD = ['baton projections rebuild']

test('a damaged snapshot', async () => {
  await publishSnapshot(dir)
  spoil(path.join(viewsIn(dir), 'manifest-000000000001.json'))
  expect(await found('longer-log', diagnosis)).toEqual([])
  await cured(
    'snapshots',
    {
      severity: 'warning',
      what: /^1 snapshot is damaged: its checksum does not match \(\S+manifest-000000000001\.json\)$/,
      type: REBUILD,
    },
    diagnosis,
  )
})

test('a snapshot whose table is gone', async () => {
  await publishSnapshot(dir)
  for (const name of fs.readdirSync(viewsIn(dir)).filter((each) => each.endsWith('.table'))) {
    fs.rmSync(path.join(viewsIn(dir), name))
  }
  await cured('snapshots', { severity: 'warning', what: /^1 snapshot is damaged: .*\.table/, type: REBUILD }, diagnosis)
})

test('a snapshot of another hub', async () => {
  const other = path.join(fresh(), '.baton')
  // Not longer than this one's log.
  await inHub(other, (hub) => all(hub, ...opened('a')))
  await publishSnapshot(other)
  fs.cpSync(path.join(other, 'views'), path.join(dir, 'views'), { recursive: true })
  await cured(
    'snapshots',
    { severity: 'warning', what: /^1 snapshot is not of this log: it is of another hub/, type: REBUILD },
    diagnosis,
  )
})

test('a snapshot that attests a longer log', async () => {
  const before = fs.readFileSync(logFile(dir))
  await inHub(dir, (hub) => all(hub, ...opened('reviewer')))
  await publishSnapshot(dir)
  fs.writeFileSync(logFile(dir), before)
  await cured(
    'longer-log',
    {
      severity: 'error',
      what: /^the log ends before \d+, where a snapshot has seen it go: it was cut, or an older copy was put in its place$/,
      type: REBUILD,
    },
    diagnosis,
  )
  expect(await found('snapshots', diagnosis)).toEqual([])
})

test('snapshots far behind', async () => {
  await inHub(dir, (hub) => addEvents(hub, 20_000), { durability: 'os' })
  fs.rmSync(path.join(dir, 'views'), { recursive: true })
  await cured(
    'behind',
    {
      severity: 'warning',
      what: /^the snapshots end at #0, 20002 events before the log/,
      type: REBUILD,
    },
    diagnosis,
  )
})

// ---- what is left behind

test.each([
  ['session', { type: 'OpenSession', sessionId: 'late', leaseMs: 60_000 }, 'late'],
  ['run', { type: 'StartRun', runId: 'r1', sessionId: 'coder', leaseMs: 60_000, begin: true }, 'r1'],
] as const)('the overdue lease of a %s', async (what, command, id) => {
  await inHub(dir, (hub) => all(hub, command), { agoMs: HOUR_MS })
  await cured('leases', {
    severity: 'warning',
    what: new RegExp(`^the lease of ${what} ${id} ran out 59m ago, and nobody renews it$`),
    type: ['baton sweep --now'],
  })
})

test('a lease that its holder still has time to renew is none', async () => {
  await inHub(dir, (hub) => all(hub, { type: 'OpenSession', sessionId: 'late', leaseMs: HOUR_MS * 0.6 }), {
    agoMs: HOUR_MS,
  })
  expect(await found('leases')).toEqual([])
  expect((await examined()).findings).toEqual([])
})

test('things are overdue, and nobody sweeps', async () => {
  await inHub(dir, (hub) => all(hub, { type: 'SendMessage', to: 'coder', body: 'x', expiresWithinMs: 60_000 }), {
    agoMs: HOUR_MS,
  })
  await cured('overdue', {
    severity: 'warning',
    what: /^1 thing is overdue \(messages\), the oldest since 59m: nobody sweeps$/,
    type: ['baton sweep'],
  })
})

test('on a hub that lay idle for long, the sweep says that the clock is right', async () => {
  const old = path.join(cwd, 'old')
  fs.mkdirSync(old)
  cwd = old
  dir = path.join(cwd, '.baton')
  const late = { type: 'SendMessage', to: 'coder', body: 'x', expiresWithinMs: 60_000 } as const
  await inHub(dir, (hub) => all(hub, ...opened('coder'), late), { agoMs: 40 * DAY_MS })
  await cured('overdue', { severity: 'warning', what: /since 39d/, type: ['baton sweep --force'] })
})

test('a half-closed session', async () => {
  await killedAtAppend(dir, 2, { type: 'CloseSession', sessionId: 'coder', outcome: 'done' }, HOUR_MS)
  await cured('half-closed', {
    severity: 'warning',
    what: /^session coder was half closed 1h ago: whoever closed it was killed over it$/,
    type: ['baton session close coder --as operator'],
  })
  expect(await baton.json('session', 'show', 'coder')).toMatchObject({ status: 'closed' })
})

const send = (count: number) =>
  inHub(
    dir,
    (_, as) =>
      Promise.all(
        Array.from({ length: count }, () => as('planner').send({ type: 'SendMessage', to: 'coder', body: 'x' })),
      ),
    { durability: 'os' },
  )

test('an inbox that is nearly full, and one that is full', async () => {
  await send(799)
  expect(await found('full-inboxes')).toEqual([])
  await send(101)
  expect(await found('full-inboxes')).toMatchObject([
    { severity: 'hint', what: 'the inbox of session:coder is nearly full: 900 messages wait, of 1000 at most' },
  ])
  await send(100)
  await cured('full-inboxes', {
    severity: 'warning',
    what: /^the inbox of session:coder is full: 1000 messages wait, and whoever sends another is refused$/,
    type: ['baton inbox session:coder --ack -n 1000 --as operator'],
  })
})

test('dead letters: to whoever types the cure, or to where they died, if that is open again', async () => {
  await inHub(dir, async (hub, as) => {
    await as('planner').send({ type: 'SendMessage', to: 'coder', body: 'x' })
    await hub.send({ type: 'CloseSession', sessionId: 'coder', outcome: 'done' })
  })
  const what = /^message \w+ from session:planner to session:coder reached nobody, \d+s ago: /
  const [before] = await found('dead-letters')
  expect(before?.type).toEqual([
    expect.stringMatching(/^baton dead requeue \w+ --mailbox session:coder --to operator --as operator$/),
  ])
  await inHub(dir, (hub) => all(hub, { type: 'ReopenSession', sessionId: 'coder' }))
  const type = [/^baton dead requeue \w+ --mailbox session:coder --as operator$/]
  await cured('dead-letters', { severity: 'warning', what, type })
  expect(await baton.json('inbox', 'coder')).toMatchObject([{ body: 'x' }])
})

test('of very many, the first ten and how to see the rest', async () => {
  await inHub(dir, async (hub, as) => {
    const letter = { type: 'SendMessage', to: 'coder', body: 'x' } as const
    await Promise.all(Array.from({ length: 12 }, () => as('planner').send(letter)))
    await hub.send({ type: 'CloseSession', sessionId: 'coder', outcome: 'done' })
  })
  const ills = await found('dead-letters')
  expect(ills).toHaveLength(11)
  expect(ills.at(-1)).toMatchObject({ what: '2 more dead letters', type: ['baton dead list'] })
  typed(ills.slice(0, 2).flatMap(({ type }) => type))
  expect(await found('dead-letters')).toHaveLength(10)
})

test('a task whose owner is closed', async () => {
  await inHub(dir, (hub) =>
    all(
      hub,
      { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' },
      { type: 'CloseSession', sessionId: 'coder', outcome: 'done' },
    ),
  )
  // No command does that.
  const d = { taskId: 't1', from: 'planner', to: 'coder', epoch: 2, mode: 'assigned' }
  await writeByHand(dir, [{ s: 'task-t1', t: 'OwnershipTransferred', v: 1, d }])
  await cured('lost-owners', {
    severity: 'warning',
    what: /^task t1 is owned by session coder, which is closed$/,
    type: ['baton task release t1 --as operator'],
  })
})

const form = { type: 'FormGroup' as const, name: 'reviewers', members: ['coder'] }
const close = (sessionId: string) => ({ type: 'CloseSession', sessionId, outcome: 'done' }) as const

test('a vacant seat goes to a member that is open', async () => {
  await inHub(dir, async (hub, as) => {
    await as('planner').send(form)
    await hub.send(close('planner'))
  })
  await cured('vacant-seats', {
    severity: 'warning',
    what: /^group planner\/reviewers has no coordinator since planner left: /,
    type: ['baton group transfer planner/reviewers coder --as operator'],
  })
})

test('where no member is open, the group is disbanded, its round first', async () => {
  await inHub(dir, async (hub, as) => {
    await as('planner').send(form)
    await as('planner').send({ type: 'DispatchRound', group: 'reviewers', items: [{ itemId: 'a' }] })
    await all(hub, close('planner'), close('coder'))
  })
  await cured('vacant-seats', {
    severity: 'warning',
    what: /^group planner\/reviewers has no coordinator/,
    type: ['baton group cancel planner/reviewers --as operator', 'baton group disband planner/reviewers --as operator'],
  })
  expect((await examined()).findings).toEqual([])
})

const dispatch = (fanIn: object, ...items: readonly object[]) =>
  ({ type: 'DispatchRound', group: 'reviewers', items, fanIn }) as never

test('a round that cannot end, and those that can', async () => {
  await inHub(dir, async (hub, as) => {
    await as('planner').send(form)
    await as('planner').send(dispatch({ mode: 'all' }, { itemId: 'a', session: 'coder' }, { itemId: 'b' }))
    // Its coordinator may settle b.
    expect(await found('endless-rounds')).toEqual([])
    await hub.send(close('planner'))
  })
  await cured('endless-rounds', {
    severity: 'warning',
    what: /^round 1 of group planner\/reviewers cannot end: nobody is left to settle b, and it has no deadline$/,
    type: ['baton group cancel planner/reviewers --as operator'],
  })
  // One that needs no more than coder, and one that has a deadline.
  for (const fanIn of [{ mode: 'any' }, { mode: 'all', withinMs: DAY_MS }]) {
    await inHub(dir, async (hub) => {
      await hub.send(dispatch(fanIn, { itemId: 'a', session: 'coder' }, { itemId: 'b' }))
    })
    expect(await found('endless-rounds')).toEqual([])
    typed(['baton group cancel planner/reviewers --as operator'])
  }
})

test('a clock that was far ahead, until its time has come', async () => {
  await inHub(dir, (hub) => all(hub, ...opened('reviewer')), { agoMs: -HOUR_MS })
  const [ill] = await found('clock')
  expect(ill).toMatchObject({
    severity: 'warning',
    what: expect.stringMatching(/^the newest event is of \S+, in (59m|1h): /),
  })
  const check = checks.find(({ name }) => name === 'clock')
  const hub = await openHub({ dir, readOnly: true })
  const facts = (now: number) => ({ now, hub: { at: hub.head.at } }) as never
  expect(check?.find(facts(Date.now()))).toHaveLength(1)
  expect(check?.find(facts(Date.now() + HOUR_MS))).toEqual([])
  await hub.close()
})

// ---- the whole of it

test('worst first, with what to type on lines of its own', async () => {
  markSuspect(path.join(dir, 'log'), 'EIO')
  fs.appendFileSync(logFile(dir), framed('torn'))
  fs.chmodSync(dir, 0o755)
  const { code, stdout, stderr } = await baton('doctor')
  expect({ code, stderr }).toEqual({ code: 6, stderr: '' })
  expect(stdout).toBe(
    [
      'error    a sync of the log failed, and nobody writes since: EIO (suspect)',
      '         See to the disk first. The log reads well now; then go on.',
      '           baton doctor --clear-suspect --yes',
      '',
      `warning  others may get at ${dir} (755): whoever can write there can say anything in any name (permissions)`,
      '         Keep it to yourself.',
      `           chmod -R u+rwX,go-rwx ${dir}`,
      '',
      `hint     the log holds 1 torn record, at ${fs.statSync(logFile(dir)).size - 5} (log)`,
      '         Nothing to do: it counts as if it had never been written. A writer was killed there, or the power failed.',
      '',
      `1 error, 1 warning, 1 hint, of ${checks.length} checks`,
      '',
    ].join('\n'),
  )
})

test.each([
  [['doctor', '--dry-run'], 2, /doctor knows no --dry-run/],
  [['doctor', '--dir', 'nowhere'], 3, /there is no hub in .*nowhere/],
] as const)('%j', async (args, code, says) => {
  const ran = await baton(...args)
  expect(ran).toMatchObject({ code, stdout: '' })
  expect(ran.stderr).toMatch(says)
})

// ---- a rebuild that was stopped

let stopped: string

beforeAll(async () => {
  stopped = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'baton-stopped-'))
  const where = path.join(stopped, '.baton')
  await inHub(
    where,
    async (hub, as) => {
      await all(hub, ...opened('planner', 'coder'))
      const letter = { type: 'SendMessage', to: 'operator', body: 'x'.repeat(300) } as const
      await Promise.all(Array.from({ length: 2_500 }, () => as('planner').send(letter)))
      const stop = new AbortController()
      const rebuilding = hub.projections.rebuild('inboxes', { signal: stop.signal, onProgress: () => stop.abort() })
      await rebuilding.catch(() => undefined)
    },
    { durability: 'os' },
  )
  const [made = ''] = fs.readdirSync(path.join(where, 'views'))
  fs.renameSync(path.join(where, 'views', made), viewsIn(where))
  return () => fs.rmSync(stopped, { recursive: true, force: true })
})

test('an unfinished rebuild is no more than a hint, and is gone on with', async () => {
  fs.cpSync(path.join(stopped, '.baton'), dir, { recursive: true, force: true })
  await cured(
    'rebuilds',
    {
      severity: 'hint',
      what: /^a rebuild of inboxes was begun and is not finished: it is at #\d+$/,
      type: ['baton projections rebuild inboxes'],
    },
    diagnosis,
  )
})
