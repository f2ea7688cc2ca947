#!/usr/bin/env node
/**
 * Starts the command line with its code as V8 compiled it before: to compile it anew takes half of a short verb's time.
 * The compiled code lies beside the packs that it was made of, where only those may write who may change the packs too;
 * where nobody may, each run compiles. (Node does something like it from 22.8 on, and gains a third of what this does.)
 */
// By name: of a default import the bundle copies every property, which takes half a millisecond.
import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { GLOBAL } from './help.ts'
import { tokensOf, wordsIn } from './words.ts'

/** Named by the build: the pack that is run first; and of each its file, and the pieces in it that others ask for. */
declare const FIRST: string
declare const PACKS: readonly (readonly [file: string, pieces: string])[]

/** As of a CommonJS module: what it exports gives its pieces, by their names. */
type Pack = (exports: object, require: Give, module: { exports?: Give }) => void
type Give = (name: string) => unknown

interface Compiled {
  readonly script: Script
  readonly ways: Ways
}

/** How often a verb ran in each way, by its number, while its compiled code was written: each way uses more of it. */
type Ways = ReadonlyMap<number, number>

/** After so many runs what a way uses is compiled. */
const ENOUGH_RUNS = 2
/** So many ways are told apart. */
const MOST_WAYS = 12
/** The ways, two numbers each, and a checksum of all before that. */
const TRAILER_BYTES = 8 * MOST_WAYS + 4

/** Verbs of two words begin with these. */
const FIRST_OF_TWO = ['session', 'task', 'run', 'group', 'effect', 'dead', 'projections']

const typed = process.argv.slice(2)
const words = typed.slice(0, 2).some((each) => each.startsWith('-')) ? wordsIn(tokensOf(typed, GLOBAL)) : typed
const [first = 'help', second = ''] = words
/** Each verb's own: what another one uses would have to be read as well, and costs a quarter more. */
const verb = FIRST_OF_TWO.includes(first) ? `${first}-${second}` : first
const isVerb = /^[a-z-]+$/.test(verb)
/** What was typed but for ids, texts and values. (With the flag `i` the first use of it takes 0.2 ms.) */
const way = crc32([words.length, ...typed.filter((each) => /^--?[a-zA-Z-]+$/.test(each))].join(' '))

/** This is bundled as CommonJS: node:module, which makes one of these elsewhere, takes a millisecond to load. */
declare const require: (name: string) => unknown

function start(): void {
  if (!keeps(process)) return run(require)
  const unknown = new Map<string, Compiled>()
  run((file) => runCompiled(file, unknown))
}

/** Runs the first pack, and each other one when a piece of it is asked for; `read` gives the pack in a file. */
function run(read: (file: string) => unknown): void {
  const packs = new Map<string, { exports?: Give }>()
  // Nobody wants more of it than the checksum.
  const given = new Map<string, unknown>([['node:zlib', { crc32 }]])

  function load(file: string): Give {
    const known = packs.get(file)
    if (known !== undefined) return known.exports as Give
    const own: { exports?: Give } = {}
    packs.set(file, own)
    const pack = read(file) as Pack
    pack({}, give, own)
    return own.exports as Give
  }

  /** A piece, or a module of Node: found once, however many ask for it. */
  function give(name: string): unknown {
    if (!given.has(name)) {
      const pack = PACKS.find(([, pieces]) => pieces.split(' ').includes(name))
      given.set(name, pack === undefined ? require(name) : load(pack[0])(name))
    }
    return given.get(name)
  }

  load(FIRST)
}

/** Compiled code holds for one build of Node and for its options: whoever sets some, or wants none kept, does without. */
const keeps = ({ execArgv, env }: NodeJS.Process): boolean =>
  execArgv.length === 0 && (env['NODE_OPTIONS'] ?? '') === '' && env['NODE_DISABLE_COMPILE_CACHE'] === undefined

/** `unknown` are those of which more will be compiled than is kept, by their files. */
function runCompiled(pack: string, unknown: Map<string, Compiled>): unknown {
  const file = `${__dirname}/${pack}`
  const one = compile(file)
  if (isVerb && !isKnown(one.ways)) {
    if (unknown.size === 0) keepAtTheEnd(unknown)
    unknown.set(file, one)
  }
  return one.script.runInThisContext()
}

function isKnown(ways: Ways): boolean {
  const runs = ways.get(way) ?? 0
  return runs >= ENOUGH_RUNS || (runs === 0 && ways.size === MOST_WAYS)
}

/** A verb that failed has perhaps not used what it is made of; and a word that is no verb fails. */
function keepAtTheEnd(unknown: ReadonlyMap<string, Compiled>): void {
  process.once('exit', (code) => {
    if (code !== 0) return
    for (const [file, { script, ways }] of unknown) keep(file, script, new Map(ways).set(way, (ways.get(way) ?? 0) + 1))
  })
}

const compiledName = (file: string): string => `${file}.${isVerb ? verb : 'help'}.${process.version}-${process.arch}.v8`

function compile(file: string): Compiled {
  // The build writes ASCII.
  const source = readInto(file).toString('latin1')
  const { cachedData, ways } = kept(file)
  const script = new Script(source, { filename: file, ...(cachedData !== undefined && { cachedData }) })
  return { script, ways: script.cachedDataRejected === false ? ways : new Map() }
}

/** V8 takes it at its word, and crashes on one that was damaged: what the checksum does not confirm is not there. */
function kept(file: string): { readonly cachedData?: Buffer; readonly ways: Ways } {
  const ways = new Map<number, number>()
  try {
    const bytes = readInto(compiledName(file))
    const [trailer, end] = [bytes.length - TRAILER_BYTES, bytes.length - 4]
    if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return { ways }
    for (let at = trailer; at < end; at += 8) {
      const runs = bytes.readUInt32LE(at + 4)
      if (runs > 0) ways.set(bytes.readUInt32LE(at), runs)
    }
    return { cachedData: bytes.subarray(0, trailer), ways }
  } catch {
    // There is none yet, or it is too short to be one.
    return { ways }
  }
}

/** Good until the next file is read: memory that was touched before is half of the time that reading takes. */
let memory = Buffer.allocUnsafeSlow(512 * 1024)

function readInto(file: string): Buffer {
  const fd = openSync(file, 'r')
  try {
    for (;;) {
      const size = readSync(fd, memory, 0, memory.length, 0)
      // Asking for its size first takes as long as reading it.
      if (size < memory.length) return memory.subarray(0, size)
      memory = Buffer.allocUnsafeSlow(2 * memory.length)
    }
  } finally {
    closeSync(fd)
  }
}

/** Written whole, or not at all: others may be reading it. */
function keep(file: string, script: Script, ways: Ways): void {
  const unfinished = `${compiledName(file)}.${process.pid}`
  try {
    const bytes = Buffer.concat([script.createCachedData(), Buffer.alloc(TRAILER_BYTES)])
    const [trailer, end] = [bytes.length - TRAILER_BYTES, bytes.length - 4]
    for (const [i, [each, runs]] of [...ways].entries()) {
      bytes.writeUInt32LE(each, trailer + 8 * i)
      bytes.writeUInt32LE(runs, trailer + 8 * i + 4)
    }
    bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end)
    writeFileSync(unfinished, bytes)
    renameSync(unfinished, compiledName(file))
  } catch {
    // Not ours to write, or no room.
    rmSync(unfinished, { force: true })
  }
}

start()
