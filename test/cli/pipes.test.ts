/** What is piped, and what becomes of it when the reader is slow, gone, full or was never there. With real shells and pipes. */
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/index.ts'
import { MAIN } from '../support/baton.ts'

let cwd: string
let hub: Hub

/** Two thousand messages, four thousand events; and four broadcasts to a thousand: a quarter of a gigabyte, exported. */
const MESSAGES = 2_000
const SESSIONS = 1_000
const BODY = 'b'.repeat(60_000)

beforeAll(async () => {
  cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  hub = await openHub({
    dir: path.join(cwd, '.baton'),
    create: true,
    durability: 'os',
    actor: { kind: 'operator' },
    limits: { inbox: 10_000 },
  })
  const sessions = Array.from({ length: SESSIONS }, (_, i) => `s${i}`)
  await Promise.all(sessions.map((sessionId) => hub.send({ type: 'OpenSession', sessionId })))
  await Promise.all(
    Array.from({ length: MESSAGES }, (_, i) =>
      hub.as({ kind: 'session', id: 's0' }).send({ type: 'SendMessage', to: 'operator', body: `m${i}` }),
    ),
  )
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 's0', participants: sessions.slice(1) })
  for (let i = 0; i < 4; i++) {
    await hub.as({ kind: 'session', id: 's0' }).send({ type: 'Broadcast', to: 'task:t1', body: BODY })
  }
}, 60_000)

afterAll(async () => {
  await hub.close()
  fs.rmSync(cwd, { recursive: true, force: true })
})

const baton = `'${process.execPath}' '${MAIN}'`
const PATH = process.env['PATH'] ?? ''
const env = { PATH, LC_ALL: 'C' }

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const script = (text: string): string[] => ['--norc', '-c', text.replace(/\bbaton\b/g, baton)]

const bash = (text: string): Ran => {
  const { status, stdout, stderr } = spawnSync('bash', script(text), {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return { status, stdout, stderr }
}

/** Runs on its own, while the test does something else. */
function running(text: string): { readonly ended: Promise<Ran>; readonly said: (what: string) => Promise<void> } {
  const child = spawn('bash', script(text), { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const ended = new Promise<Ran>((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })))
  return {
    ended,
    said: (what) => expect.poll(() => stdout, { timeout: 20_000, interval: 10 }).toContain(what),
  }
}

describe('a reader that has had enough: exit 0, and nothing on stderr', () => {
  test.each([
    ['log'],
    ['log --json'],
    ['log --oneline --reverse'],
    ['log --follow --json'],
    ['export'],
    ['export --format agent-message'],
    ['inbox operator -n 1000 --json'],
    ['inbox operator --follow'],
    ['replay mailbox-operator'],
    ['help'],
  ])('baton %s | head -c 100', (words) => {
    const { stdout, stderr } = bash(`baton ${words} | head -c 100 > /dev/null; echo "\${PIPESTATUS[@]}"`)
    expect([stdout, stderr]).toEqual(['0 0\n', ''])
  })

  test('baton log --json | head -1: the first line, whole, and both end with 0', () => {
    const { stdout, stderr } = bash('baton log --json | head -1; echo "${PIPESTATUS[@]}"')
    const [line, codes] = stdout.trim().split('\n')
    expect(JSON.parse(line ?? '')).toMatchObject({ position: 1, type: 'SessionOpened' })
    expect([codes, stderr]).toEqual(['0 0', ''])
  })

  test('an exit code that says something says it still', () => {
    const { stdout } = bash('baton show 99999999 2>&1 | true; echo "${PIPESTATUS[@]}"')
    expect(stdout).toBe('3 0\n')
  })
})

const tell = (body: string): Promise<unknown> => hub.send({ type: 'SendMessage', to: 's1', body })

describe('followed by one who stops reading', () => {
  test('baton log --follow | grep -m1: ends at the next event', async () => {
    const from = hub.head.position
    const { ended, said } = running(
      `baton log --follow --json --after ${from} | grep -m1 --line-buffered needle; echo "\${PIPESTATUS[@]}"`,
    )
    await tell('hay')
    await tell('needle')
    await said('needle')
    // Nobody can be told that the reader has gone but by what is written.
    const more = setInterval(() => void tell('more'), 100)
    const { stdout, stderr } = await ended
    clearInterval(more)
    expect([stdout.trim().split('\n').slice(1), stderr]).toEqual([['0 0'], ''])
  })

  test('baton inbox --follow --ack | grep -m1: what nobody could be shown is not acknowledged', async () => {
    const me = `s${SESSIONS - 1}`
    const waiting = await hub.inbox(me).list()
    await hub
      .as({ kind: 'session', id: me })
      .inbox()
      .ack(waiting.map(({ id }) => id))
    const { ended, said } = running(
      `baton inbox ${me} --follow --ack --json --as ${me} | grep -m1 --line-buffered needle; echo "\${PIPESTATUS[@]}"`,
    )
    await hub.send({ type: 'SendMessage', to: me, body: 'needle' })
    await said('needle')
    await expect.poll(() => hub.inbox(me).count(), { timeout: 10_000 }).toBe(0)
    await hub.send({ type: 'SendMessage', to: me, body: 'nobody reads this' })
    const { stdout, stderr } = await ended
    expect([stdout.trim().split('\n').at(-1), stderr]).toEqual(['0 0', ''])
    expect((await hub.inbox(me).list()).map(({ body }) => body)).toEqual(['nobody reads this'])
  })
})

describe('nowhere to write to', () => {
  const VERBS = [
    'log -n 100',
    'log -n 100 --json',
    'export',
    'session list',
    'inbox operator',
    'verify --log-only',
    'help',
    '--version',
  ]

  test.each(VERBS)('baton %s: closed, it is as if nobody wanted to know', (words) => {
    expect(bash(`baton ${words} >&-`)).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test.each(VERBS)('baton %s: a full disk is a failure, in one line', (words) => {
    const { status, stderr } = bash(`baton ${words} > /dev/full`)
    expect(status).toBe(1)
    const why = 'stdout cannot be written to: ENOSPC: no space left on device, write'
    expect(stderr).toBe(
      words.includes('--json') ? `${JSON.stringify({ error: { code: 'FAILED', message: why } })}\n` : `baton: ${why}\n`,
    )
  })

  test('where nobody can be told why, the exit code tells what', () => {
    for (const to of ['/dev/full', '&-']) expect(bash(`baton show 99999999 2>${to}`)).toMatchObject({ status: 3 })
    expect(bash('baton nonsense 2>/dev/full')).toMatchObject({ status: 2 })
    expect(bash('baton log >/dev/full 2>/dev/full')).toMatchObject({ status: 1 })
    expect(bash('baton session list 2>&- | tail -1').stdout).toMatch(/^s\d+ /)
  })

  test('BATON_DEBUG shows where it came from, and nothing else does', () => {
    expect(bash('BATON_DEBUG=1 baton log > /dev/full').stderr).toContain('\n    at ')
  })
})

const highWater = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Ticks of processor time. */
const worked = (pid: number): number => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

/** Until it does nothing but wait: for somebody to read, or because all is piled up. */
async function idle(pid: number): Promise<void> {
  for (let [before, still] = [-1, 0]; still < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const now = worked(pid)
    // To look whether there is room costs a little too; to start costs ten times as much.
    still = now > 10 && now - before <= 2 ? still + 1 : 0
    before = now
  }
}

describe('a slow reader', () => {
  test('gets every byte, through a pipe and through a socket', async () => {
    const file = path.join(cwd, 'log.jsonl')
    const to = hub.head.position + 1
    expect(bash(`baton log --json --before ${to} > log.jsonl`)).toMatchObject({ status: 0, stderr: '' })
    const whole = fs.readFileSync(file, 'utf8')
    expect(whole.length).toBeGreaterThan(1_000_000)
    expect(bash(`baton log --json --before ${to} | (sleep 0.5; cat)`)).toEqual({ status: 0, stdout: whole, stderr: '' })

    // Between processes of Node a pipe is a socket.
    const child = spawn(process.execPath, [MAIN, 'log', '--json', '--before', String(to)], { cwd, env })
    await new Promise((resolve) => setTimeout(resolve, 500))
    let read = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) read += String(chunk)
    expect(read === whole).toBe(true)
  })

  test.skipIf(process.platform !== 'linux')(
    'costs no memory: of 240 MB nothing piles up while nobody reads',
    async () => {
      const child = spawn(process.execPath, [MAIN, 'export', '--format', 'agent-message'], { cwd, env })
      const { ended } = running(
        '{ echo $BASHPID > pid; exec baton export --format agent-message; } | (until [ -e go ]; do sleep 0.1; done; head -c 100000000 | wc -c)',
      )
      const pidFile = path.join(cwd, 'pid')
      await expect
        .poll(() => fs.existsSync(pidFile) && fs.readFileSync(pidFile, 'utf8'), { timeout: 5_000 })
        .toMatch(/\d\n/)
      const pids = [child.pid as number, Number(fs.readFileSync(pidFile, 'utf8'))]
      for (const pid of pids) await idle(pid)
      const [socket, pipe] = pids.map(highWater)
      fs.writeFileSync(path.join(cwd, 'go'), '')
      child.kill()
      expect(socket).toBeLessThan(160)
      expect(pipe).toBeLessThan(160)
      expect((await ended).stdout.trim()).toBe('100000000')
    },
  )

  test('is not waited for once the time is up', () => {
    const { stdout } = bash('baton log --json --timeout 1s | sleep 3; echo "${PIPESTATUS[@]}"')
    expect(stdout).toBe('7 0\n')
  })

  test.skipIf(process.platform !== 'linux')('others who write to the same pipe notice nothing', () => {
    const { stdout, stderr } = bash(
      '{ baton log --json --follow --timeout 2s & sleep 1; head -c 1000000 /dev/zero; } | (sleep 1.5; wc -c)',
    )
    expect(Number(stdout)).toBeGreaterThan(1_000_000)
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TIMEOUT' } })
  })
})
