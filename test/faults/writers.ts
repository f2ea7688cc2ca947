/** Starts worker-writer.mjs, hears what it says, and holds a hub to what was said. */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect } from 'vitest'
import { openHub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { createFold } from '../../src/log/fold.ts'
import type { VoidReason } from '../../src/log/judging.ts'
import { verifyLog, type Report } from '../../src/log/verify.ts'

const WORKER = path.join(import.meta.dirname, 'worker-writer.mjs')

/** What worker-writer.mjs takes; its defaults are there. */
export interface WriterOptions {
  readonly dir: string
  readonly me?: string
  readonly create?: boolean
  readonly durability?: 'disk' | 'os'
  readonly unsafeFileSystem?: boolean
  readonly number?: number
  readonly parallel?: number
  readonly together?: number
  readonly contend?: boolean
  readonly keyed?: boolean
  readonly pad?: number
  readonly waitAfter?: number
  readonly untilTold?: boolean
  readonly rest?: number
  readonly abrupt?: boolean
}

export interface Ack {
  readonly me: string
  readonly i: number
  readonly id: string
  readonly position: number
  readonly crc: number
  /** When it was heard, by performance.now(). */
  readonly heard: number
}

interface Failure {
  readonly i: number
  readonly code: string
  readonly outcome: string
  readonly message: string
}

export interface Writer {
  readonly pid: number
  readonly child: ChildProcess
  readonly acks: Ack[]
  readonly known: { readonly i: number; readonly id: string; readonly position: number }[]
  readonly failures: Failure[]
  /** `open`, `waiting`, `closed`, and the failures of opening and closing, whole. */
  readonly said: string[]
  /** What it wrote on stderr. */
  readonly complaints: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  hears: (word: string) => Promise<void>
  /** Lets it go on after `waiting`; ends it with `untilTold`. */
  goOn: () => void
}

/** Kills by pid what a test leaves behind. */
export function writers(): (options: WriterOptions, env?: Record<string, string>, uid?: number) => Writer {
  const started: ChildProcess[] = []
  afterEach(() => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  })
  return (options, env = {}, uid) => {
    const child = spawn(process.execPath, [WORKER, JSON.stringify(options)], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // One that hangs shall not hold the test up.
      timeout: 60_000,
      killSignal: 'SIGKILL',
      ...(uid !== undefined && { uid, gid: uid }),
    })
    started.push(child)
    return listenTo(child, options.me ?? 'w')
  }
}

/** The command line of a writer, for a shell that prepares the ground. */
export const commandOf = (options: WriterOptions): string =>
  [process.execPath, WORKER, JSON.stringify(options)].map((word) => `'${word}'`).join(' ')

export function listenTo(child: ChildProcess, me: string): Writer {
  const acks: Ack[] = []
  const known: Writer['known'] = []
  const failures: Failure[] = []
  const said: string[] = []
  let stderr = ''
  let rest = ''
  let over = false
  const waiters = new Set<() => void>()
  const wake = (): void => waiters.forEach((waiter) => waiter())

  function take(line: string): void {
    const words = line.split(' ')
    const [word, i, a = '', b = '', c = ''] = words
    if (word === 'ack')
      acks.push({ me, i: Number(i), id: a, position: Number(b), crc: Number(c), heard: performance.now() })
    else if (word === 'known') known.push({ i: Number(i), id: a, position: Number(b) })
    else if (word === 'failed') failures.push({ i: Number(i), code: a, outcome: b, message: words.slice(4).join(' ') })
    else said.push(line)
  }

  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(take)
    wake()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin?.on('error', () => undefined)
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      over = true
      wake()
      resolve({ code, signal })
    })
  })

  return {
    pid: child.pid as number,
    child,
    acks,
    known,
    failures,
    said,
    complaints: () => stderr,
    ended,
    hears: (word) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const there = word === 'ack' ? acks.length > 0 : said.some((line) => line.startsWith(word))
          if (!there && !over) return
          waiters.delete(look)
          if (there) resolve()
          else reject(new Error(`the writer ended and never said ${word}: ${said.join(' | ')} ${stderr}`))
        }
        waiters.add(look)
        look()
      }),
    goOn: () => void child.stdin?.write('go on\n'),
  }
}

interface Stored {
  readonly me: string
  readonly i: number
  readonly id: string
  readonly key: string | undefined
  readonly position: number
  readonly crc: number
  /** Behind its last byte. */
  readonly next: number
}

export interface Held {
  readonly report: Report
  readonly accepted: Stored[]
  /** The void lines that could be decoded, in order. */
  readonly voids: { readonly id: string; readonly reason: VoidReason }[]
}

/** What no crash may leave behind. Torn lines and a tail are what kills and full disks make of unacknowledged ones. */
const HARMLESS = new Set(['torn', 'tail'])
const AT_ONCE_MS = 5_000

/**
 * Holds a hub to what its writers were told: it opens at once, with no step in between, everything acknowledged is
 * there, byte for byte at its position, nothing is there by half or twice, and it takes the next command.
 */
export async function holdTo(dir: string, acks: readonly Ack[]): Promise<Held> {
  const cut = endsInside(dir)
  const before = performance.now()
  const hub = await openHub({ dir, create: true })
  const { position } = hub.head
  const next = await hub.eventStore.appendToStream('afterwards', [{ type: 'WentOn', data: {} }])
  const took = performance.now() - before
  await hub.close()
  expect(hub.damage).toBeUndefined()
  // The last line may lack nothing but its line break: the next write gives it one.
  if (cut) expect(Number(next.lastEventGlobalPosition)).toBeGreaterThan(position)
  else expect(next.lastEventGlobalPosition).toBe(BigInt(position + 1))
  expect(took).toBeLessThan(AT_ONCE_MS)

  const held = await readAll(dir)
  expect(held.report.findings.filter(({ kind }) => !HARMLESS.has(kind))).toEqual([])
  expectWhole(held.accepted)
  expectThere(held.accepted, acks)
  return held
}

function endsInside(dir: string): boolean {
  const file = path.join(dir, 'log/00000001.jsonl')
  if (!fs.existsSync(file)) return false
  const fd = fs.openSync(file, 'r')
  const last = Buffer.from('\n')
  fs.readSync(fd, last, 0, 1, Math.max(0, fs.fstatSync(fd).size - 1))
  fs.closeSync(fd)
  return last.toString() !== '\n'
}

async function readAll(dir: string): Promise<Held> {
  const accepted: Stored[] = []
  const voids: Held['voids'] = []
  let events = 0
  const log = openFileLog(dir)
  const fold = createFold(log, {
    observe({ commit, void: reason, position, entry }) {
      if (commit === undefined) return
      if (reason !== undefined) {
        voids.push({ id: commit.id, reason })
        return
      }
      expect(position).toBe(events + 1)
      events += commit.events.length
      if (commit.cmd !== 'Write') return
      const [own, shared] = commit.events.map(({ d }) => d as { readonly w: string; readonly i: number })
      const { w: me, i } = own ?? { w: '', i: -1 }
      expect(shared).toEqual({ w: me, i })
      const { id, key, crc } = commit
      accepted.push({ me, i, id, key, position, crc, next: entry.next })
    },
    reset: () => expect.unreachable('the log contradicts itself'),
  })
  await fold.catchUp()
  const report = await verifyLog(log)
  await log.close()
  expect(report.events).toBe(events)
  return { report, accepted, voids }
}

/** Nothing is there twice: neither a commit, nor what a writer did once. */
function expectWhole(accepted: readonly Stored[]): void {
  expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length)
  const done = accepted.map(({ me, i, key }) => key ?? `${me} ${i}`)
  expect(new Set(done).size).toBe(done.length)
}

function expectThere(accepted: readonly Stored[], acks: readonly Ack[]): void {
  const byId = new Map(accepted.map((stored) => [stored.id, stored]))
  const wrong = acks.filter(({ me, i, id, position, crc }) => {
    const stored = byId.get(id)
    return (
      stored === undefined ||
      stored.me !== me ||
      stored.i !== i ||
      stored.position !== position ||
      // Over all bytes of the line: its id, its events, all it claims.
      stored.crc !== crc
    )
  })
  expect(wrong).toEqual([])
}

/** The lines that are there, the blank ones left out. */
export const linesIn = (dir: string): string[] =>
  fs
    .readFileSync(path.join(dir, 'log/00000001.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')

/** Runs a job for each item, so many side by side. */
export async function eachOf<T>(items: readonly T[], atOnce: number, job: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await job(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
