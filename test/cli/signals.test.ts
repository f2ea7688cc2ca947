/** Ctrl-C, SIGTERM and SIGHUP amid everything that takes long: exit codes, and what is left behind. */
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/index.ts'
import { MAIN } from '../support/baton.ts'

const EXITS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Signal = keyof typeof EXITS
const SIGNALS = Object.keys(EXITS) as Signal[]

let cwd: string
let hub: Hub
const as = (id: string): Hub => hub.as({ kind: 'session', id })

/** Sixty megabytes: whoever goes through it takes long enough to be met. */
beforeAll(async () => {
  cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  hub = await openHub({
    dir: path.join(cwd, '.baton'),
    create: true,
    durability: 'os',
    actor: { kind: 'operator' },
  })
  for (const sessionId of ['planner', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
  const body = 'b'.repeat(60_000)
  for (let i = 0; i < 1_000; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, () => as('planner').send({ type: 'SendMessage', to: 'operator', body })),
    )
  }
}, 60_000)

afterAll(async () => {
  await hub.close()
  fs.rmSync(cwd, { recursive: true, force: true })
})

const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TERM: 'xterm' }

interface Ended {
  /** As a shell says it: a process that a signal ended, before it could listen for one, has that number too. */
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly pid: number
  readonly kill: (signal: Signal) => void
  readonly type: (text: string) => void
  readonly seen: (what: RegExp) => Promise<void>
  readonly ended: Promise<Ended>
}

function start(command: string, args: readonly string[], reads = true): Running {
  const child = spawn(command, args, { cwd, env })
  const killer = setTimeout(() => child.kill('SIGKILL'), 25_000)
  let [stdout, stderr] = ['', '']
  if (reads) child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined)
  return {
    pid: child.pid as number,
    kill: (signal) => void child.kill(signal),
    type: (text) => void child.stdin.write(text),
    seen: (what) => expect.poll(() => stdout, { timeout: 15_000, interval: 5 }).toMatch(what),
    ended: new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        clearTimeout(killer)
        setImmediate(() => resolve({ exit: code ?? 128 + os.constants.signals[signal as Signal], stdout, stderr }))
      }),
    ),
  }
}

const baton = (...words: readonly string[]): Running => start(process.execPath, [MAIN, ...words])

const isWhole = (text: string): boolean => text === '' || text.endsWith('\n')
const sleep = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(SIGNALS)('%s ends what waits', (signal) => {
  test('baton log --follow', async () => {
    const following = baton('log', '--follow', '--oneline', '--after', String(hub.head.position - 20))
    await following.seen(/\n/)
    following.kill(signal)
    const { exit, stdout, stderr } = await following.ended
    expect([exit, stderr, isWhole(stdout)]).toEqual([EXITS[signal], '', true])
  })

  test('baton inbox --follow --ack: what was shown is acknowledged, or will be shown again', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => as('planner').send({ type: 'SendMessage', to: 'coder', body: `m${i}` })),
    )
    const following = baton('inbox', '--follow', '--ack', '--json', '--as', 'coder')
    await following.seen(/\n/)
    following.kill(signal)
    const { exit, stdout, stderr } = await following.ended
    expect([exit, stderr, isWhole(stdout)]).toEqual([EXITS[signal], '', true])
    const shown = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id)
    await hub.catchUp()
    const waiting = (await hub.inbox('coder').list()).map(({ id }) => id)
    expect(new Set([...shown, ...waiting]).size).toBe(40)
    expect(shown.filter((id) => waiting.includes(id)).length).toBeLessThanOrEqual(1)
    await as('coder').inbox().ack(waiting)
  })

  test('baton request, and baton wait', async () => {
    const request = baton('request', 'coder', 'which schema?', '--within', '60s', '--as', 'planner')
    const wait = baton('wait', '--for', 'mail', '--timeout', '60s', '--as', 'planner')
    await expect.poll(async () => (await hub.inbox('coder').list()).length, { timeout: 15_000, interval: 20 }).toBe(1)
    await sleep(300)
    for (const each of [request, wait]) each.kill(signal)
    expect(await request.ended).toEqual({ exit: EXITS[signal], stdout: '', stderr: '' })
    expect(await wait.ended).toEqual({ exit: EXITS[signal], stdout: '', stderr: '' })
    const [asked] = await hub.inbox('coder').list()
    await as('coder')
      .inbox()
      .ack(asked?.id ?? '')
  })
})

describe('nobody is waited for', () => {
  test.each(SIGNALS)('%s while the reader sleeps: a socket', async (signal) => {
    const log = start(process.execPath, [MAIN, 'log', '--json'], false)
    await sleep(900)
    log.kill(signal)
    expect(await log.ended).toMatchObject({ exit: EXITS[signal], stderr: '' })
  })

  test.each(SIGNALS)('%s while the reader sleeps: a pipe', async (signal) => {
    const script = `{ echo $BASHPID > pid; exec '${process.execPath}' '${MAIN}' log --json; } | sleep 6`
    fs.rmSync(path.join(cwd, 'pid'), { force: true })
    start('bash', ['--norc', '-c', script])
    const file = path.join(cwd, 'pid')
    await expect.poll(() => fs.existsSync(file) && fs.readFileSync(file, 'utf8') !== '', { timeout: 10_000 }).toBe(true)
    const pid = Number(fs.readFileSync(file, 'utf8'))
    await sleep(900)
    process.kill(pid, signal)
    await expect.poll(() => isAlive(pid), { timeout: 5_000, interval: 20 }).toBe(false)
  })

  test.each(SIGNALS)('%s while stdin takes its time', async (signal) => {
    const before = hub.head.position
    const send = baton('send', 'coder', '-', '--as', 'planner')
    const ask = baton('request', 'coder', '-', '--as', 'planner')
    send.type('the first half')
    ask.type('the first half')
    await sleep(600)
    for (const each of [send, ask]) each.kill(signal)
    expect(await send.ended).toEqual({ exit: EXITS[signal], stdout: '', stderr: '' })
    expect(await ask.ended).toEqual({ exit: EXITS[signal], stdout: '', stderr: '' })
    await hub.catchUp()
    expect(hub.head.position).toBe(before)
  })
})

/** A zombie that its shell has not looked after yet is none. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const TERMINAL = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
/** What a hub is made of; a rebuild that was stopped keeps what it has done. */
const KEPT = /^(log|views|\.gitignore|00000001\.jsonl|[0-9A-Z]{26}\.table|(manifest|rebuild)-\d{12}\.json)$/
const ERASE = '\r\u001b[2K'

// A terminal is had from script(1), and what a process has open from Linux.
describe.skipIf(!TERMINAL || process.platform !== 'linux')('at a terminal, with a bar', () => {
  test.each([
    ['SIGINT', 'verify', /reading the log/],
    ['SIGINT', 'verify --views-only', undefined],
    ['SIGTERM', 'projections verify', undefined],
    ['SIGINT', 'projections rebuild', undefined],
    ['SIGHUP', 'projections rebuild', undefined],
    ['SIGINT', 'backup copy', /backing up/],
    ['SIGTERM', 'backup copy', /backing up/],
    ['SIGHUP', 'backup copy', /backing up/],
    ['SIGINT', 'restore .baton copy', /restoring/],
    ['SIGTERM', 'restore .baton copy', /restoring/],
  ] as const)('%s amid baton %s: the line is empty again, and nothing is left', async (signal, words, bar) => {
    const pidFile = path.join(cwd, 'pid')
    fs.rmSync(pidFile, { force: true })
    // A shell of its own, as at any terminal: script(1) would stop itself with the process that it has started.
    const terminal = start('script', [
      '-qec',
      `bash --norc -c 'echo $$ > pid; "${process.execPath}" "${MAIN}" ${words}; exit $?'`,
      '/dev/null',
    ])
    let pid = 0
    await expect.poll(() => (pid = childOf(pidFile)), { interval: 5, timeout: 10_000 }).toBeGreaterThan(0)
    await expect.poll(() => hasOpen(pid, '00000001.jsonl'), { interval: 1, timeout: 10_000 }).toBe(true)
    const held = slowedDown(pid)
    // To fold this log is too few steps for a bar to be sure of.
    if (bar === undefined) await expect.poll(() => listens(pid), { interval: 5, timeout: 15_000 }).toBe(true)
    else await terminal.seen(bar)
    if (signal === 'SIGINT') terminal.type('\u0003')
    else process.kill(pid, signal)
    await held.letGo()

    const { exit, stdout } = await terminal.ended
    expect(exit).toBe(EXITS[signal])
    if (bar !== undefined) expect(stdout).toContain(ERASE)
    // What the terminal itself shows of a Ctrl-C stands there where there was no bar to be taken away.
    const left = (stdout.split(ERASE).at(-1) ?? '').replace('^C', '')
    if (words === 'projections rebuild') expect(left).toMatch(/^baton: stopped; [^\r]+\r\n {2}Go on: [^\r]+\r\n$/)
    else expect(left).toBe('')
    // Never hidden, so there is nothing to show again.
    expect(stdout).not.toContain('\u001b[?25l')
    expect(stdout).not.toContain('    at ')
    expect(fs.readdirSync(cwd).toSorted()).toEqual(['.baton', 'pid'])
    expect(
      fs
        .readdirSync(path.join(cwd, '.baton'), { recursive: true, encoding: 'utf8' })
        .filter((name) => path.extname(name) !== '' || name === 'log' || name === 'views')
        .filter((name) => !KEPT.test(path.basename(name))),
    ).toEqual([])
  })
})

/** On a fast machine it would be done before a bar shows: it gets a tenth of the time that passes. */
function slowedDown(pid: number): { readonly letGo: () => Promise<void> } {
  let isHeld = true
  const holding = (async () => {
    for (let i = 0; isHeld && i < 200; i++) {
      if (!isAlive(pid)) return
      process.kill(pid, 'SIGSTOP')
      await sleep(90)
      process.kill(pid, 'SIGCONT')
      await sleep(10)
    }
  })()
  return {
    letGo() {
      isHeld = false
      return holding
    },
  }
}

/** Node itself listens for SIGINT and SIGTERM at a terminal, but not for SIGHUP, which is the first of them all. */
const listens = (pid: number): boolean =>
  (Number.parseInt(/^SigCgt:\t\w*(\w)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0', 16) & 1) ===
  1

function childOf(pidFile: string): number {
  try {
    const shell = Number(fs.readFileSync(pidFile, 'utf8'))
    return Number(fs.readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim())
  } catch {
    return 0 // Not yet.
  }
}

function hasOpen(pid: number, name: string): boolean {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(name))
  } catch {
    return false // Closed meanwhile.
  }
}

test('after all that the hub is whole', async () => {
  const { exit, stdout, stderr } = await baton('verify', '--json').ended
  expect([exit, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({ log: { findings: [] }, views: { drifted: 0, problems: [] } })
})
