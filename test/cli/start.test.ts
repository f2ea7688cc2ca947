/** What a verb costs before it does anything: what it loads, and how long that takes. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { verbs } from '../../src/cli/verbs/catalog.ts'
import { MAIN, shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

/** More than it is by a fifth: who adds a verb need not look here, who loads everything again does. */
const READING_KB = 300
const WRITING_KB = 450
const KB = 1024

const dir = scratch()
let cwd: string

beforeEach(async () => {
  cwd = dir()
  const baton = shell(cwd)
  await baton.ok('init')
  await baton.ok('session', 'open', 'coder', '--as', 'operator')
  await baton.ok('task', 'open', 't1', '--as', 'coder')
  await baton.ok('send', 'coder', 'hello', '--as', 'operator')
})

interface Loaded {
  readonly builtin: readonly string[]
  readonly files: readonly string[]
}

/** What a verb loads of Node's modules, and of its own files. */
function loadedBy(...args: readonly string[]): Loaded {
  const told = path.join(cwd, 'loaded.json')
  const { status, stderr } = node(
    [path.resolve(import.meta.dirname, '../support/tell-loaded.cjs'), MAIN, ...args],
    // What is loaded as it was compiled before is in no list.
    { TELL_LOADED: told, NODE_DISABLE_COMPILE_CACHE: '1' },
  )
  expect(status, `baton ${args.join(' ')}: ${stderr}`).toBe(0)
  return JSON.parse(fs.readFileSync(told, 'utf8')) as Loaded
}

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function node(args: readonly string[], env: Record<string, string> = {}): Ran {
  return spawnSync(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', BATON_SESSION: 'coder', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 30_000,
  })
}

test('the verbs of two words begin with those that the start knows', () => {
  const source = fs.readFileSync(path.resolve(import.meta.dirname, '../../src/cli/start.ts'), 'utf8')
  const known = [...(/FIRST_OF_TWO = \[([^\]]*)\]/.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
    ([, word]) => word,
  )
  const firsts = verbs.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]] : []))
  expect(new Set(known)).toEqual(new Set(firsts))
})

const pieces = ({ files }: Loaded): string[] => files.map((file) => path.basename(file).replace(/-[^-]*\.cjs$/, ''))
/** Modules of Node that take milliseconds. */
const slow = ({ builtin }: Loaded): string[] =>
  builtin.filter((name) => /^(crypto|net|perf_hooks|readline|stream|tty|child_process|url|zlib)$/.test(name))
const sizeOf = ({ files }: Loaded): number => files.reduce((sum, file) => sum + fs.statSync(file).size, 0)

const READING = [
  ['inbox'],
  ['notify'],
  ['log'],
  ['history', '--task', 't1'],
  ['owners'],
  ['session', 'list'],
  ['task', 'show', 't1'],
  ['state', 'coder'],
  ['timers'],
  ['why', 't1'],
]

test.each(READING.map((words) => [words.join(' '), words] as const))(
  'baton %s loads no command, no rule, and none of the modules of Node that take long',
  (_, words) => {
    const loaded = loadedBy(...words)
    expect(pieces(loaded)).toContain('baton-read')
    expect(pieces(loaded)).not.toContain('baton-write')
    expect(pieces(loaded).filter((name) => /^baton-(demo|stage|actor)/.test(name))).toEqual([])
    expect(slow(loaded)).toEqual([])
    expect(loaded.files.filter((file) => file.includes('node_modules'))).toEqual([])
    expect(sizeOf(loaded)).toBeLessThan(READING_KB * KB)
  },
)

test('a verb that writes loads the commands with it, and Emmett never', () => {
  const loaded = loadedBy('send', 'operator', 'hello')
  expect(pieces(loaded)).toContain('baton-write')
  expect(loaded.files.filter((file) => file.includes('node_modules'))).toEqual([])
  expect(slow(loaded)).toEqual([])
  expect(sizeOf(loaded)).toBeLessThan(WRITING_KB * KB)
})

const looksFor = (...words: string[]): boolean =>
  pieces(loadedBy(...words)).some((name) => name.startsWith('baton-prefix-'))

test('an id in full loads nothing that looks for ids by their beginning', () => {
  const [message] = JSON.parse(node([MAIN, 'inbox', '--json']).stdout) as [{ readonly id: string }]
  expect(looksFor('show', message.id)).toBe(false)
  expect(looksFor('ack', message.id)).toBe(false)
  expect(looksFor('show', message.id.slice(0, 20))).toBe(true)
})

/** Milliseconds of processor time, as the shell counts them: to wait for a busy machine costs none. */
function processorTime(args: readonly string[]): number {
  const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ')
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', `TIMEFORMAT='%3U %3S'; time ${command} > /dev/null`], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', BATON_SESSION: 'coder', LC_ALL: 'C' },
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(status).toBe(0)
  const [user, system] = stderr.trim().split(' ').map(Number) as [number, number]
  return (user + system) * 1_000
}

test('a verb takes little longer than Node itself takes', () => {
  const times: Record<'node' | 'verb', number[]> = { node: [], verb: [] }
  // In turn, so that what else the machine does meets both; the fastest of each is the one that it met least.
  for (let round = 0; round < 12; round++) {
    times.node.push(processorTime(['-e', '0']))
    times.verb.push(processorTime([MAIN, 'inbox']))
  }
  // From 22 on Node takes half as long as it did, and what we add as long as ever.
  expect(Math.min(...times.verb)).toBeLessThan(3 * Math.min(...times.node))
})

test('the command line runs through a link, as npm makes one, and from any place', () => {
  const link = path.join(cwd, 'baton')
  fs.symlinkSync(MAIN, link)
  fs.accessSync(MAIN, fs.constants.X_OK)
  const { status, stdout } = spawnSync(link, ['inbox', '--as', 'coder', '--json'], { cwd, encoding: 'utf8' })
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject([{ body: 'hello' }])
})

describe('what V8 compiled is kept beside the pieces', () => {
  let dist: string

  beforeEach(() => {
    dist = path.join(cwd, 'dist')
    fs.mkdirSync(dist)
    for (const file of fs.readdirSync(path.dirname(MAIN)).filter((name) => name.endsWith('.cjs'))) {
      fs.copyFileSync(path.join(path.dirname(MAIN), file), path.join(dist, file))
    }
  })

  const kept = (): string[] => fs.readdirSync(dist).filter((name) => name.endsWith('.v8'))
  const baton = (...args: string[]) => node([path.join(dist, 'baton.cjs'), ...args])
  const inbox = () => baton('inbox')
  const contents = (): Buffer[] => kept().map((name) => fs.readFileSync(path.join(dist, name)))

  test('it is written by the first runs, whole, and left alone by the others', () => {
    for (let run = 0; run < 5; run++) expect(inbox().status).toBe(0)
    expect(kept()).toHaveLength(1)
    expect(fs.readdirSync(dist).filter((name) => !/\.(cjs|v8)$/.test(name))).toEqual([])
    const before = contents()
    expect(inbox()).toMatchObject({ status: 0, stderr: '' })
    expect(contents()).toEqual(before)
  })

  test('damaged, cut, emptied: the pieces are compiled anew, and it is written again', () => {
    expect(inbox().status).toBe(0)
    const damages: ((bytes: Buffer) => Buffer)[] = [
      ...Array.from({ length: 8 }, (_, i) => (bytes: Buffer) => {
        const at = Math.floor((bytes.length * (i + 0.5)) / 8)
        bytes[at] = (bytes[at] as number) ^ 0x41
        return bytes
      }),
      (bytes) => bytes.subarray(0, bytes.length / 2),
      () => Buffer.alloc(0),
    ]
    for (const damage of damages) {
      const damaged = contents().map(damage)
      for (const [i, name] of kept().entries()) fs.writeFileSync(path.join(dist, name), damaged[i] as Buffer)
      const { status, stdout } = inbox()
      expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('hello') as string })
      for (const [i, bytes] of contents().entries()) expect(bytes).not.toEqual(damaged[i])
    }
  })

  test('each verb has its own, which grows no more once the verb ran a few times', () => {
    for (let run = 0; run < 5; run++) expect(inbox().status).toBe(0)
    const [own] = kept() as [string]
    const before = fs.readFileSync(path.join(dist, own))
    for (let run = 0; run < 5; run++) expect(baton('owners').status).toBe(0)
    const names = kept()
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name) => !name.includes('.inbox.') && !name.includes('.owners.'))).toEqual([])
    expect(fs.readFileSync(path.join(dist, own))).toEqual(before)
    const all = contents()
    expect(baton('owners').status).toBe(0)
    expect(inbox().status).toBe(0)
    expect(contents()).toEqual(all)
  })

  test('verbs of two words each have their own, whatever stands before them', () => {
    expect(baton('session', 'list').status).toBe(0)
    expect(baton('--no-color', 'task', '--as', 'coder', 'list').status).toBe(0)
    expect(baton('send', 'coder', 'list').status).toBe(0)
    const verbsOf = new Set(kept().map((name) => /\.cjs\.([a-z-]+)\./.exec(name)?.[1]))
    expect(verbsOf).toEqual(new Set(['send', 'session-list', 'task-list']))
  })

  test('a way to type a verb that is new adds what it uses, and a number of ways is enough', () => {
    for (let run = 0; run < 4; run++) expect(inbox().status).toBe(0)
    const before = Math.max(...contents().map(({ length }) => length))
    expect(baton('inbox', '--ack', '--json').status).toBe(0)
    expect(Math.max(...contents().map(({ length }) => length))).toBeGreaterThan(before)
    for (let way = 1; way <= 12; way++) {
      expect(baton('inbox', ...Array.from({ length: way }, () => '--no-color')).status).toBe(0)
    }
    const full = contents()
    expect(baton('inbox', '--quiet').status).toBe(0)
    expect(contents()).toEqual(full)
  })

  test('nothing is kept for what is no verb, nor under a word that is an option’s', () => {
    expect(baton('inbocks').status).toBe(2)
    expect(baton('../inbox').status).toBe(2)
    expect(kept()).toEqual([])
    expect(baton('--as', 'operator', '--no-color', '--dir=.', 'inbox').status).toBe(0)
    expect(kept()).toHaveLength(1)
    expect(kept()[0]).toContain('.inbox.')
  })

  test('what was compiled of another piece is not taken', () => {
    expect(baton('send', 'operator', 'hello').status).toBe(0)
    expect(kept()).toHaveLength(2)
    const [first, ...others] = kept().map((name) => path.join(dist, name)) as [string, ...string[]]
    for (const other of others) fs.copyFileSync(first, other)
    expect(baton('send', 'operator', 'hello')).toMatchObject({ status: 0, stderr: '' })
  })

  test('where nothing may be written, nothing is, and nobody minds', () => {
    for (const file of kept()) fs.rmSync(path.join(dist, file))
    // A directory in the place of each file: root may write anywhere else.
    const { files } = loadedBy('inbox')
    for (const file of files.map((each) => path.basename(each)).filter((name) => name !== 'baton.cjs')) {
      fs.mkdirSync(path.join(dist, `${file}.inbox.${process.version}-${process.arch}.v8`))
    }
    const before = fs.readdirSync(dist)
    expect(inbox()).toMatchObject({ status: 0, stderr: '' })
    expect(fs.readdirSync(dist)).toEqual(before)
  })
})
