/** `baton demo` as it is: the built program, its processes, and the logs that they leave. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHub, type EventData, type EventType, type LoggedEvent } from '../../src/index.ts'
import type { Report } from '../../src/cli/demo/report.ts'
import { MAIN, shell } from '../support/baton.ts'

const LONGEST_MS = 20_000

const made: string[] = []
const fresh = (): string => {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')))
  made.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of made) fs.rmSync(dir, { recursive: true, force: true })
})

interface Played {
  readonly child: ChildProcess
  readonly cwd: string
  readonly said: { stdout: string; stderr: string }
  readonly done: Promise<{ code: number | null; signal: string | null; ms: number }>
}

/** Nobody at a terminal, and every temporary directory below this one. */
function play(
  args: readonly string[],
  { env = {}, detached = false }: { env?: object; detached?: boolean } = {},
): Played {
  const cwd = fresh()
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATON|npm)_/i.test(name)))
  const start = performance.now()
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    cwd,
    env: { ...inherited, TMPDIR: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const done = new Promise<{ code: number | null; signal: string | null; ms: number }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ms: performance.now() - start }))
  })
  return { child, cwd, said, done }
}

/** The lines of `--json`, each of which says one thing. */
interface Told {
  readonly hub?: { readonly dir: string; readonly id: string }
  readonly started?: readonly { readonly name: string; readonly pid: number }[]
  readonly event?: LoggedEvent
  readonly killed?: NonNullable<Report['killed']>
  readonly report?: Report & { readonly missed: readonly string[] }
}
const told = ({ said }: Played): Told[] =>
  said.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told)

const find = <Key extends keyof Told>(played: Played, key: Key): NonNullable<Told[Key]> | undefined =>
  told(played).find((each) => each[key] !== undefined)?.[key] as NonNullable<Told[Key]> | undefined

/** Waits until the demo has said so much. */
async function until<Found>(played: Played, look: () => Found | undefined): Promise<Found> {
  for (let waited = 0; waited < LONGEST_MS; waited += 10) {
    const found = look()
    if (found !== undefined) return found
    await sleep(10)
  }
  throw new Error(`it did not come: ${played.said.stderr}\n${played.said.stdout}`)
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const pidsOf = (played: Played): number[] => find(played, 'started')?.map(({ pid }) => pid) ?? []

const begun = (played: Played): Promise<readonly number[]> =>
  until(played, () => (played.said.stdout.includes('"RunProgressed"') ? pidsOf(played).slice(1) : undefined))

async function gone(pids: readonly number[]): Promise<number[]> {
  for (let waited = 0; waited < 5_000 && pids.some(isThere); waited += 20) await sleep(20)
  return pids.filter(isThere)
}

const dirOf = (played: Played): string => find(played, 'hub')?.dir ?? ''

const listing = (dir: string): unknown[] =>
  fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => {
    const file = path.join(dir, name)
    return [name, fs.statSync(file).isFile() ? fs.readFileSync(file, 'utf8') : 'directory']
  })

async function verify(dir: string): Promise<{ code: number | null; found: unknown }> {
  const { code, stdout } = await shell(path.dirname(dir))('verify', '--json', '--dir', dir)
  const { log, views } = JSON.parse(stdout) as {
    readonly log: { readonly findings: unknown[] }
    readonly views: { readonly drifted: number; readonly problems: unknown[] }
  }
  return { code, found: [...log.findings, ...views.problems, views.drifted] }
}
const CLEAN = { code: 0, found: [0] }

describe('twice, to the end', () => {
  /** One is drawn, in a directory that was named; the other is for programs, where nobody named one. */
  let drawn: Played
  let plain: Played
  let ends: Awaited<Played['done']>[]
  let text: string
  let report: Report & { readonly missed: readonly string[] }
  let logs: [drawn: LoggedEvent[], plain: LoggedEvent[]]
  /** Whose name is in the environment is left alone. */
  let mine: string

  beforeAll(async () => {
    mine = path.join(fresh(), '.baton')
    await shell(mine.replace(/\.baton$/, '')).ok('init')
    drawn = play(['--dir', 'there'])
    ends = [await drawn.done]
    plain = play(['--json'], { env: { BATON_DIR: mine, BATON_SESSION: 'somebody' } })
    ends.push(await plain.done)
    text = drawn.said.stdout
    report = find(plain, 'report') as typeof report
    const baton = shell(drawn.cwd)
    logs = [
      await baton.lines<LoggedEvent>('log', '--dir', path.join(drawn.cwd, 'there')),
      await baton.lines<LoggedEvent>('log', '--dir', report.hub.dir),
    ]
  }, 120_000)

  const of = <Type extends EventType>(type: Type, events = logs[1]) =>
    events.filter((event) => event.type === type) as (Omit<LoggedEvent, 'data'> & { readonly data: EventData<Type> })[]

  test('both end well, in time, and say nothing else', () => {
    expect(ends).toMatchObject([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
    expect([drawn.said.stderr, plain.said.stderr]).toEqual(['', ''])
    // The one that met less of what else the machine does.
    expect(Math.min(...ends.map(({ ms }) => ms))).toBeLessThan(LONGEST_MS)
    expect(report.missed).toEqual([])
  })

  test('five processes have written the log: one was ended by SIGKILL, the others by themselves', () => {
    for (const log of logs) expect(new Set(log.map(({ by }) => by.pid)).size).toBeGreaterThanOrEqual(5)
    const { processes, killed } = report
    expect(processes.map(({ name }) => name)).toEqual(['operator', 'planner', 'ada', 'ben', 'cyd'])
    expect(processes.map(({ pid }) => pid)).toEqual(pidsOf(plain))
    expect(new Set(logs[1].map(({ by }) => by.pid))).toEqual(new Set(pidsOf(plain)))
    expect(processes.filter(({ signal }) => signal === 'SIGKILL')).toMatchObject([{ name: killed?.name, code: null }])
    for (const { name, code } of processes.filter(({ signal }) => signal === null))
      expect([name, code]).toEqual([name, 0])
  })

  test('nobody is left behind', () => {
    const [first] = logs
    for (const pid of [...pidsOf(plain), ...first.map(({ by }) => by.pid as number)]) expect(isThere(pid)).toBe(false)
  })

  test('it is killed at work, with a live lease that it had renewed; nothing of it comes any more', () => {
    const { killed } = report
    if (killed === undefined) throw new Error('nobody was killed')
    expect(killed.leaseUntil > killed.at).toBe(true)
    const its = logs[1].filter(({ by }) => by.pid === killed.pid)
    expect(its.some(({ type }) => type === 'LeaseRenewed')).toBe(true)
    expect(its.some(({ type }) => type === 'RunProgressed')).toBe(true)
    expect(its.every(({ at }) => at <= killed.at)).toBe(true)
    expect(its.at(-1)?.position).toBeLessThanOrEqual(killed.position)
  })

  test('its lease runs out, some hub finds that, and the log says why the run was lost', () => {
    const { killed } = report
    const [failed, more] = of('RunFailed')
    expect(more).toBeUndefined()
    expect(failed?.data).toMatchObject({ runId: killed?.runId, reason: 'lost' })
    expect(failed?.data.error).toBe(`its lease ran out at ${killed?.leaseUntil}`)
    expect(failed?.by.kind).toBe('system')
    expect(failed?.by.pid).not.toBe(killed?.pid)
    expect((failed?.at ?? '') >= (killed?.leaseUntil ?? '?')).toBe(true)
    expect(killed?.lost?.position).toBe(failed?.position)
  })

  test('another does its work, from its checkpoint on, in the same worktree; and has its mail and its task', () => {
    const { killed, ownership } = report
    const started = of('RunStarted').filter(({ data }) => data.effectId === 'lexer')
    expect(started.map(({ data }) => data.runId)).toEqual(['lexer-1', 'lexer-2'])
    const [lost, heir] = started.map(({ data }) => data)
    expect(lost).toMatchObject({ runId: killed?.runId, sessionId: killed?.name })
    expect(heir?.sessionId).not.toBe(lost?.sessionId)
    expect(heir?.worktree).toEqual(lost?.worktree)
    const done = of('RunCompleted').find(({ data }) => data.runId === 'lexer-2')
    expect(done?.by).toMatchObject({ id: heir?.sessionId, run: 'lexer-2' })
    const steps = of('RunProgressed').filter(({ data }) => data.runId.startsWith('lexer'))
    expect(steps.map(({ data, by }) => [by.id, data.step])).toEqual([
      [lost?.sessionId, 'names'],
      [lost?.sessionId, 'numbers'],
      [heir?.sessionId, 'strings'],
      [heir?.sessionId, 'spaces'],
    ])

    const asked = of('MessageSent').find(({ data }) => data.replyBy !== undefined)?.data
    expect(of('MessageTransferred').map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ messageId: asked?.messageId, sessionId: killed?.name, toSessionId: heir?.sessionId }),
    )
    const answer = of('MessageSent').find(({ data }) => data.inReplyTo === asked?.messageId)
    expect(answer?.by.id).toBe(heir?.sessionId)
    expect(of('RequestAnswered').map(({ data }) => data.replyId)).toEqual([answer?.data.messageId])
    expect(ownership.chain.map(({ from, to, mode }) => [from, mode, to])).toEqual([
      [undefined, 'opened', 'planner'],
      ['planner', 'handoff', killed?.name],
      [killed?.name, 'succession', heir?.sessionId],
      [heir?.sessionId, 'handoff', 'planner'],
    ])
  })

  test('a group, a round with runs that have seeds and worktrees of their own, a checkpoint on the way, then the fan-in', () => {
    expect(of('GroupFormed').map(({ data }) => data.members.length)).toEqual([3])
    const children = of('RunStarted').filter(({ data }) => data.parentRunId === 'release')
    const project = path.dirname(report.hub.dir)
    for (const { data } of children) {
      expect(data).toMatchObject({ context: 'isolated', leaseMs: 3_500 })
      expect(data.worktree?.path).toBe(path.join(project, 'worktrees', data.effectId ?? ''))
    }
    expect(of('ChildStateSeeded').map(({ data }) => data.runId)).toEqual(children.map(({ data }) => data.runId))
    expect(of('RoundDispatched').map(({ data }) => data.items.map(({ effectId }) => effectId))).toEqual([
      ['lexer', 'parser', 'printer'],
    ])
    const [checkpoint] = of('GroupCheckpointed')
    const [fanIn] = of('FanInReached')
    expect(checkpoint?.data.pending.length).toBeGreaterThan(0)
    expect(checkpoint?.data.settled.length).toBeGreaterThan(0)
    expect(fanIn?.data).toMatchObject({ verdict: 'complete', missing: [] })
    expect(checkpoint?.position).toBeLessThan(fanIn?.position ?? 0)
    // To the task by the planner, to the group by a worker.
    const sets = of('MessageSent').filter(({ data }) => /^(task|group):/.test(data.address))
    expect(sets.map(({ data }) => data.address).toSorted()).toEqual(['group:crew', 'task:ship', 'task:ship'])
  })

  test('both sides had changed one key: merged by a strategy, with everybody who had a hand in it', () => {
    const { state, conflicts, killed } = report
    const tokens = state.find(({ key }) => key === 'tokens')
    expect(tokens).toMatchObject({ value: ['name', 'number', 'string', 'arrow'], strategy: 'append' })
    expect(tokens?.from.map(({ run, how }) => [run, how])).toEqual([
      ['lexer-2', 'taken'],
      ['parser-1', 'combined'],
    ])
    expect(conflicts).toMatchObject([
      {
        childRunId: 'parser-1',
        key: 'tokens',
        base: ['name', 'number'],
        ours: ['name', 'number', 'string'],
        theirs: ['name', 'number', 'arrow'],
      },
    ])
    const combined = of('ChildResultMerged').filter(({ data }) => Object.values(data.keys).includes('combined'))
    expect(combined.map(({ data }) => data.childRunId)).toEqual(['parser-1'])
    // What the killed one had kept is there, and is known to be its own.
    expect(state.find(({ key }) => key === 'lexer')?.from).toMatchObject([
      { run: 'lexer-1', session: killed?.name },
      { run: 'lexer-2' },
    ])
  })

  test('without its strategy that merge is refused, on a hub that goes on from there', async () => {
    const merged = of('ChildResultMerged').find(({ data }) => data.childRunId === 'parser-1')
    await using hub = await openHub({ dir: report.hub.dir, readOnly: true })
    await using then = await hub.at((merged?.position ?? 0) - 1)
    await using fork = await then.fork()
    const refused = await fork.safeSend({ type: 'MergeChildResult', childRunId: 'parser-1' })
    expect(refused).toMatchObject({ ok: false, error: { code: 'MERGE_CONFLICT' } })
  })

  test('log and views are clean afterwards, and the demo has said so', async () => {
    for (const { hub } of [report, { hub: { dir: path.join(drawn.cwd, 'there') } }])
      expect(await verify(hub.dir)).toEqual(CLEAN)
    expect(report.verification).toMatchObject({ findings: [], drifted: 0 })
    expect(text).toMatch(/\n {2}log +\d+ events in \d+ commits +whole\n {2}views +\d+ documents .* none drifted\n/)
  })

  test('no two tell it in the same order', () => {
    const orders = logs.map((log) => log.map(({ type, by }) => `${type} ${by.id ?? by.kind}`))
    expect(orders[0]).not.toEqual(orders[1])
    // It is the same story, though.
    const kinds = logs.map((log) => new Set(log.map(({ type }) => type)))
    expect(kinds[0]).toEqual(kinds[1])
  })

  test('every event is told as it comes, once and in order, and the rest one thing a line', () => {
    const lines = told(plain)
    for (const line of lines) expect(Object.keys(line)).toHaveLength(1)
    expect(lines.flatMap(({ event }) => event ?? [])).toEqual(logs[1])
    expect([lines[0], lines.at(-1)].map((line) => Object.keys(line ?? {}))).toEqual([['hub'], ['report']])
  })

  test('it is drawn within a hundred columns, without colour where nobody sees it', () => {
    expect(text).not.toContain('\u001b')
    const [story = '', ...sections] = text.split('\n\n')
    const lines = story.split('\n')
    expect(lines.length).toBeGreaterThan(50)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
    expect(
      lines.filter((line) => / {2}operator +SIGKILL to \w+ \d+, its lease runs \d\.\d s more$/.test(line)),
    ).toHaveLength(1)
    expect(sections.map((section) => section.split('\n')[0])).toEqual([
      'The runs',
      'Who owned task ship',
      'What run release knows, and from whom',
      'Round 1 of planner/crew: complete',
      'The processes',
      expect.stringMatching(/^Verified, after \d+\.\d s$/),
      'The hub stays where it is. What to try next',
    ])
    expect(sections[4]).toMatch(/\n {2}(ada|ben|cyd) +pid \d+ +\d+ commits +ended by SIGKILL\n/)
    expect(sections[2]).toMatch(/\n {4}conflict: .*: append$/)
  })

  test('whatever it says to try next can be pasted, and works', () => {
    const commands = (text.split('What to try next\n')[1] ?? '').trim().split('\n')
    expect(commands.length).toBeGreaterThanOrEqual(6)
    for (const command of commands) {
      expect(command).toContain(`--dir ${path.join(drawn.cwd, 'there')}`)
      const { status, stderr, stdout } = spawnSync('bash', ['-c', command], {
        cwd: drawn.cwd,
        env: { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` },
        encoding: 'utf8',
      })
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' })
      expect(stdout).not.toBe('')
    }
    const { killed, next } = report
    expect(next.map(({ command }) => command).join('\n')).toContain(`run tree release --at ${killed?.position} `)
  })

  test('a hub that the environment names is left alone; the new one is in a temporary directory', () => {
    expect(report.hub.dir.startsWith(path.join(plain.cwd, 'baton-demo-'))).toBe(true)
    expect(fs.readFileSync(path.join(mine, 'log/00000001.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1)
    expect(fs.readdirSync(plain.cwd)).toHaveLength(1)
  })
})

describe('however it ends, nobody is left behind', () => {
  test.concurrent.each([
    ['to the demo alone', false],
    ['to all of its processes, as a terminal does', true],
  ])('SIGINT %s: 130, and the hub is clean', async (_, toAll) => {
    const played = play(['--json'], { detached: toAll })
    const pids = await begun(played)
    expect(pids.filter(isThere)).toHaveLength(4)
    process.kill(toAll ? -(played.child.pid as number) : (played.child.pid as number), 'SIGINT')
    expect(await played.done).toMatchObject({ code: 130, signal: null })
    expect(pids.filter(isThere)).toEqual([])
    expect(played.said.stderr).toBe('')
    expect(await verify(dirOf(played))).toEqual(CLEAN)
  })

  test.concurrent('SIGKILL to the demo: its processes see that they are alone', async () => {
    const played = play(['--json'])
    const pids = await begun(played)
    played.child.kill('SIGKILL')
    await played.done
    expect(await gone(pids)).toEqual([])
    expect(await verify(dirOf(played))).toEqual(CLEAN)
  })

  test.concurrent('an actor that dies ends it: exit 1, and it says who that was', async () => {
    const played = play(['--json'])
    const pids = await begun(played)
    const [planner = 0] = pids
    process.kill(planner, 'SIGKILL')
    expect(await played.done).toMatchObject({ code: 1 })
    expect(JSON.parse(played.said.stderr)).toMatchObject({
      error: { message: `planner (process ${planner}) was ended by SIGKILL` },
    })
    expect(pids.filter(isThere)).toEqual([])
  })

  test.concurrent('an actor that fails is told of with what it said', async () => {
    const played = play(['--json'])
    await begun(played)
    await using hub = await openHub({ dir: dirOf(played) })
    await hub.send({ type: 'CloseSession', sessionId: 'planner', outcome: 'failed', force: true })
    expect(await played.done).toMatchObject({ code: 1 })
    const { error } = JSON.parse(played.said.stderr) as { readonly error: { readonly message: string } }
    expect(error.message).toMatch(/^\w+ \(process \d+\) ended with exit code 5; it said:\nbaton: (run|session) [\w-]+ /)
  })

  test.concurrent('nobody who reads any more ends it as well', async () => {
    const played = play([])
    await until(played, () => (played.said.stdout.includes('begins lexer-1') ? true : undefined))
    const pids = [...played.said.stdout.matchAll(/is here as process (\d+)/g)].map(([, pid]) => Number(pid))
    expect(pids).toHaveLength(4)
    played.child.stdout?.destroy()
    await played.done
    expect(await gone(pids)).toEqual([])
  })
})

describe('a hub is never touched', () => {
  test.each([
    ['where one is', '.'],
    ['in its own directory', '.baton'],
    ['in its own directory, whatever its name', 'mine'],
  ])('%s: refused, with what to type instead', async (_, given) => {
    const cwd = fresh()
    const baton = shell(cwd)
    await baton.ok('init')
    if (given === 'mine') fs.renameSync(path.join(cwd, '.baton'), path.join(cwd, 'mine'))
    const before = listing(cwd)
    const { code, stdout, stderr } = await baton('demo', '--dir', given)
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toMatch(
      /^baton: .* is there already, and the demo makes a hub of its own\n {2}.*baton demo --dir <new directory>/,
    )
    expect(listing(cwd)).toEqual(before)
  })
})
