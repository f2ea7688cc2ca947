#!/usr/bin/env node
/**
 * Starts the command line with its code as V8 compiled it before: to compile it anew takes half of a short verb's time.
 * From 22.8 on Node does that itself. For older ones the compiled code lies beside the pieces that it was made of, where
 * only those may write who may change the pieces too; where nobody may, each run compiles.
 */
import fs from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import vm from 'node:vm'
import { crc32 } from 'node:zlib'

/** Named by the build. */
declare const MAIN_PIECE: string

interface Piece {
  readonly file: string
  readonly script: vm.Script
  /** After how many runs its compiled code was written; it grows with what the first ones used. */
  readonly runs: number
}

const ENOUGH_RUNS = 5
/** A checksum and a count of runs. */
const TRAILER_BYTES = 5

const require = module.createRequire(__filename)
// Not there before Node 22.8.
const { enableCompileCache } = module as { readonly enableCompileCache?: () => void }

function start(): void {
  if (enableCompileCache !== undefined) enableCompileCache()
  else if (keeps(process)) return startCompiled()
  require(MAIN_PIECE)
}

/** Compiled code holds for one build of Node and for its options: whoever sets some, or wants none kept, does without. */
const keeps = ({ execArgv, env }: NodeJS.Process): boolean =>
  execArgv.length === 0 && (env['NODE_OPTIONS'] ?? '') === '' && env['NODE_DISABLE_COMPILE_CACHE'] === undefined

function startCompiled(): void {
  const pieces = new Map<string, Piece>()
  const loaded = new Map<string, { exports: unknown }>()

  function load(name: string): unknown {
    if (!name.startsWith('./')) return require(name)
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const own = { exports: {} }
    loaded.set(name, own)
    const piece = compile(path.join(__dirname, name))
    pieces.set(name, piece)
    const run = piece.script.runInThisContext() as (exports: object, load: unknown, module: object) => void
    run(own.exports, load, own)
    return own.exports
  }

  process.once('exit', (code) => {
    if (code === 0 && [...pieces.values()].some(({ runs }) => runs < ENOUGH_RUNS)) {
      for (const piece of pieces.values()) keep(piece)
    }
  })
  load(MAIN_PIECE)
}

const compiledName = (file: string): string => `${file}.${process.version}-${process.arch}.v8`

function compile(file: string): Piece {
  const { cachedData, runs } = compiled(file)
  // The build writes ASCII.
  const source = `(function(exports,require,module){${fs.readFileSync(file, 'latin1')}\n})`
  const script = new vm.Script(source, { filename: file, ...(cachedData !== undefined && { cachedData }) })
  return { file, script, runs: script.cachedDataRejected === false ? runs : 0 }
}

/** V8 takes it at its word, and crashes on one that was damaged: what the checksum does not confirm is not there. */
function compiled(file: string): { readonly cachedData?: Buffer; readonly runs: number } {
  try {
    const bytes = fs.readFileSync(compiledName(file))
    const end = bytes.length - TRAILER_BYTES
    const cachedData = bytes.subarray(0, end)
    if (crc32(cachedData) === bytes.readUInt32LE(end)) return { cachedData, runs: bytes.readUInt8(end + 4) }
  } catch {
    // There is none yet, or it is too short to be one.
  }
  return { runs: 0 }
}

/** Written whole, or not at all: others may be reading it. */
function keep({ file, script, runs }: Piece): void {
  const unfinished = `${compiledName(file)}.${process.pid}`
  try {
    const data = script.createCachedData()
    const trailer = Buffer.alloc(TRAILER_BYTES)
    trailer.writeUInt32LE(crc32(data))
    trailer.writeUInt8(runs + 1, 4)
    fs.writeFileSync(unfinished, Buffer.concat([data, trailer]))
    fs.renameSync(unfinished, compiledName(file))
  } catch {
    // Not ours to write, or no room.
    fs.rmSync(unfinished, { force: true })
  }
}

start()
