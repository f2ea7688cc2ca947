#!/usr/bin/env node
/**
 * Starts the command line with its code as V8 compiled it before: to compile it anew takes half of a short verb's time.
 * The compiled code lies beside the packs that it was made of, where only those may write who may change the packs too;
 * where nobody may, each run compiles. (Node does something like it from 22.8 on, and gains a third of what this does.)
 */
// By name: of a default import the bundle copies every property, which takes half a millisecond.
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { GLOBAL } from './help.ts'
import { tokensOf, wordsIn } from './words.ts'

/** Named by the build: the file that is run first, and in which of them each piece lies. */
declare const FIRST: string
declare const FILES: Readonly<Record<string, string>>

/** As of a CommonJS module: what it exports are its pieces, by their names. */
type Pack = (exports: object, require: (name: string) => unknown, module: { exports: object }) => void

interface Compiled {
  readonly script: Script
  /** How often it ran while its compiled code was written: that grows with what is used. */
  readonly runs: number
}

/** After so many runs what a verb uses is compiled. */
const ENOUGH_RUNS = 3
/** How many runs it knows, and a checksum of all before that. */
const TRAILER_BYTES = 8

/** Each verb's own: what another one uses would have to be read as well, and costs a quarter more. */
const [first = 'help'] = process.argv.slice(2)
const [word = 'help'] = first.startsWith('-') ? wordsIn(tokensOf(process.argv.slice(2), GLOBAL)) : [first]
const isWord = /^[a-z]+$/.test(word)

/** This is bundled as CommonJS: node:module, which makes one of these elsewhere, takes a millisecond to load. */
declare const require: (name: string) => unknown

function start(): void {
  if (!keeps(process)) return run(require)
  const compiled = new Map<string, Compiled>()
  keepAtTheEnd(compiled)
  run((file) => runCompiled(file, compiled))
}

/** Runs the first pack, and each other one when a piece of it is asked for; `read` gives the pack in a file. */
function run(read: (file: string) => unknown): void {
  const packs = new Map<string, { exports: object }>()

  function load(file: string): object {
    const known = packs.get(file)
    if (known !== undefined) return known.exports
    const own = { exports: {} }
    packs.set(file, own)
    const pack = read(file) as Pack
    pack(own.exports, (name) => (name in FILES ? piece(name) : require(name)), own)
    return own.exports
  }
  const piece = (name: string): unknown => (load(FILES[name] as string) as Record<string, unknown>)[name]

  load(FIRST)
}

/** Compiled code holds for one build of Node and for its options: whoever sets some, or wants none kept, does without. */
const keeps = ({ execArgv, env }: NodeJS.Process): boolean =>
  execArgv.length === 0 && (env['NODE_OPTIONS'] ?? '') === '' && env['NODE_DISABLE_COMPILE_CACHE'] === undefined

function runCompiled(file: string, compiled: Map<string, Compiled>): unknown {
  const one = compile(join(__dirname, file))
  compiled.set(file, one)
  return one.script.runInThisContext()
}

/** A verb that failed has perhaps not used what it is made of; and a word that is no verb fails. */
function keepAtTheEnd(compiled: ReadonlyMap<string, Compiled>): void {
  process.once('exit', (code) => {
    if (code !== 0 || !isWord) return
    for (const [file, { script, runs }] of compiled) {
      if (runs < ENOUGH_RUNS) keep(join(__dirname, file), script, runs + 1)
    }
  })
}

const compiledName = (file: string): string => `${file}.${isWord ? word : 'help'}.${process.version}-${process.arch}.v8`

function compile(file: string): Compiled {
  // The build writes ASCII.
  const source = readInto(file).toString('latin1')
  const { cachedData, runs } = kept(file)
  const script = new Script(source, { filename: file, ...(cachedData !== undefined && { cachedData }) })
  return { script, runs: script.cachedDataRejected === false ? runs : 0 }
}

/** V8 takes it at its word, and crashes on one that was damaged: what the checksum does not confirm is not there. */
function kept(file: string): { readonly cachedData?: Buffer; readonly runs: number } {
  try {
    const bytes = readInto(compiledName(file))
    const trailer = bytes.length - TRAILER_BYTES
    if (crc32(bytes.subarray(0, trailer + 4)) !== bytes.readUInt32LE(trailer + 4)) return { runs: 0 }
    return { cachedData: bytes.subarray(0, trailer), runs: bytes.readUInt32LE(trailer) }
  } catch {
    // There is none yet, or it is too short to be one.
    return { runs: 0 }
  }
}

/** Good until the next file is read: memory that was touched before is half of the time that reading takes. */
let memory = Buffer.allocUnsafeSlow(512 * 1024)

function readInto(file: string): Buffer {
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    if (size > memory.length) memory = Buffer.allocUnsafeSlow(size)
    return memory.subarray(0, readSync(fd, memory, 0, size, 0))
  } finally {
    closeSync(fd)
  }
}

/** Written whole, or not at all: others may be reading it. */
function keep(file: string, script: Script, runs: number): void {
  const unfinished = `${compiledName(file)}.${process.pid}`
  try {
    const bytes = Buffer.concat([script.createCachedData(), Buffer.alloc(TRAILER_BYTES)])
    const trailer = bytes.length - TRAILER_BYTES
    bytes.writeUInt32LE(runs, trailer)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, trailer + 4)), trailer + 4)
    writeFileSync(unfinished, bytes)
    renameSync(unfinished, compiledName(file))
  } catch {
    // Not ours to write, or no room.
    rmSync(unfinished, { force: true })
  }
}

start()
