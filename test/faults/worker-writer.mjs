// Opens a hub in a process of its own, appends commits, and says on stdout what became of each. The faults come from
// outside: a signal, or the shim. One line a fact, written at once: what was said before a kill stays said.
//   open · ack I ID POSITION CRC · known I ID POSITION (its key was in the log) · failed I CODE OUTCOME MESSAGE
//   waiting · closed · open-failed CODE MESSAGE · close-failed CODE MESSAGE
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFold, createProposer, found, openFileLog } from '../../dist/index.js'

const {
  dir,
  me = 'w',
  create = false,
  durability = 'disk',
  unsafeFileSystem = false,
  /** How many commits, and how many of them at once. */
  number = 0,
  parallel = 1,
  /** The last so many are proposed in one turn: one write. */
  together = 0,
  /** Relies on the stream that it shares with the others. */
  contend = false,
  keyed = false,
  pad = 0,
  /** After so many commits say `waiting`, and go on when a line comes in. */
  waitAfter,
  /** Goes on until a line comes in, instead of after `number`. */
  untilTold = false,
  /** After so many commits sleep, in ms: for what runs behind. */
  rest = 0,
  /** Leave without closing. */
  abrupt = false,
} = JSON.parse(process.argv[2])

const trace = process.env.BATON_SHIM_TRACE ? fs.openSync(process.env.BATON_SHIM_TRACE, 'a') : undefined
const say = (...words) => fs.writeSync(1, `${words.join(' ')}\n`)
const codeOf = (error) => error.code ?? error.name
const messageOf = (error) => String(error.message).replaceAll('\n', ' ')

/** The operating system's errors come as they are where the log's own do not catch them: those are found by this. */
const raw = (error) => (error.name === 'BatonError' ? '' : 'RAW:')

function idFactory() {
  let next = 0
  return () => `${me}.${process.pid}.${(next++).toString(36)}`
}

const versions = new Map()
const keys = new Map()
let log
let fold
let proposer

function observe(judged) {
  const { commit } = judged
  if (commit !== undefined && judged.void === undefined) {
    for (const { s } of commit.events) versions.set(s, (versions.get(s) ?? 0) + 1)
    if (commit.key !== undefined)
      keys.set(commit.key, { id: commit.id, position: judged.position, crc: commit.crc, n: judged.n })
  }
  proposer.observe(judged)
}

async function open() {
  const newId = idFactory()
  log = openFileLog(dir, { create, unsafeFileSystem })
  if (create) await found(log, newId(), Date.now())
  fold = createFold(log, { observe, reset: () => (versions.clear(), keys.clear()) })
  proposer = createProposer(log, fold, {
    durability,
    clock: Date.now,
    newId,
    patience: 60_000,
    maxCommitBytes: 4 * 1024 * 1024,
    maxCommitEvents: 2_000,
  })
  await fold.catchUp()
}

/** Two events on two streams: half of them would show. */
function decide(i) {
  const key = keyed ? `key-${i}` : undefined
  const earlier = key === undefined ? undefined : keys.get(key)
  if (earlier !== undefined) return { answer: { ...earlier, duplicate: true }, n: earlier.n }
  const data = { w: me, i, ...(pad > 0 && { pad: 'p'.repeat(pad) }) }
  return {
    by: { kind: 'session', id: 'writer' },
    cmd: 'Write',
    ...(key !== undefined && { key, fp: 'fp' }),
    on: contend ? { shared: versions.get('shared') ?? 0 } : {},
    events: [
      { s: `work-${me}`, t: 'Written', v: 1, d: data },
      { s: 'shared', t: 'Written', v: 1, d: { w: me, i } },
    ],
  }
}

const receipt = ({ commit, position }) => ({ id: commit.id, position, crc: commit.crc, duplicate: false })

async function write(i) {
  try {
    const { id, position, crc, duplicate } = await proposer.propose({ decide: () => decide(i), receipt })
    if (trace !== undefined) {
      const t = Number(process.hrtime.bigint())
      fs.writeSync(trace, `${JSON.stringify({ op: 'ack', pid: process.pid, n: 0, t, id, position, duplicate })}\n`)
    }
    if (duplicate) say('known', i, id, position)
    else say('ack', i, id, position, crc)
  } catch (error) {
    say('failed', i, raw(error) + codeOf(error), error.details?.outcome ?? '-', messageOf(error))
  }
}

const line = () => new Promise((resolve) => process.stdin.once('data', resolve))

async function writeAll() {
  let next = 0
  let alone = untilTold ? Infinity : number - together
  if (untilTold) void line().then(() => (alone = 0))
  async function caller() {
    while (next < alone) {
      const i = next++
      if (i === waitAfter) {
        say('waiting')
        await line()
      }
      await write(i)
    }
  }
  await Promise.all(Array.from({ length: parallel }, caller))
  await Promise.all(Array.from({ length: together }, (_, j) => write(number - together + j)))
}

async function close() {
  try {
    await proposer.close()
  } finally {
    await log.close()
  }
}

try {
  await open()
  say('open')
} catch (error) {
  say('open-failed', raw(error) + codeOf(error), messageOf(error))
  process.exit(3)
}
await writeAll()
if (rest > 0) await sleep(rest)
if (abrupt) process.exit(0)
try {
  await close()
  say('closed')
} catch (error) {
  say('close-failed', raw(error) + codeOf(error), messageOf(error))
}
process.exit(0)
