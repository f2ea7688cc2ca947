/**
 * Eight processes append to one fresh hub, without a lock or a server between them. One of them is killed by SIGKILL in
 * full flight; the others go on at once. Then the log is verified, and every receipt that anyone was given is looked up.
 *
 *   npm start
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openHub } from 'agent-baton'

const WRITERS = 8
const SECONDS = 4
const VICTIM = 3

if (process.send === undefined) await conduct()
else await write(process.argv[2] as string, Number(process.argv[3]))

/** A writer: one commit after the other, each answered only when it is on the disk. */
async function write(dir: string, me: number): Promise<void> {
  const hub = await openHub({ dir, actor: { kind: 'session', id: `writer-${me}` } })
  let stop = false
  process.on('message', () => (stop = true))
  for (let count = 1; !stop; count++) {
    // Every tenth commit goes to a stream that all of them write, and relies on nothing there.
    const stream = count % 10 === 0 ? 'together' : `writer-${me}`
    const { lastEventGlobalPosition } = await hub.eventStore.appendToStream(stream, [
      { type: 'Counted', data: { writer: me, count } },
    ])
    if (process.connected) process.send?.({ count, position: Number(lastEventGlobalPosition) })
    else return
  }
  await hub.close()
  process.disconnect()
}

interface Writer {
  readonly process: ChildProcess
  count: number
  state: 'writing' | 'killed' | 'done'
  /** Positions that it was told are durable. */
  readonly receipts: number[]
}

async function conduct(): Promise<void> {
  const dir = path.join(mkdtempSync(path.join(tmpdir(), 'baton-')), '.baton')
  const founded = await openHub({ dir, create: true })
  await founded.close()
  console.log(`A fresh hub in ${dir}\n${WRITERS} processes append to it; writer ${VICTIM} will be killed.\n`)

  const writers = Array.from({ length: WRITERS }, (_, i) => startWriter(dir, i))
  const draw = screen(writers)
  const drawing = setInterval(draw, 100)
  await untilAllWrite(writers)
  await delay((SECONDS * 1000) / 2)
  const victim = writers[VICTIM] as Writer
  victim.process.kill('SIGKILL')
  victim.state = 'killed'
  await delay((SECONDS * 1000) / 2)
  for (const { process: child, state } of writers) if (state === 'writing') child.send('stop')
  await Promise.all(writers.map(({ process: child }) => exited(child)))
  clearInterval(drawing)
  for (const writer of writers) if (writer.state === 'writing') writer.state = 'done'
  draw()
  await check(dir, writers)
}

function startWriter(dir: string, i: number): Writer {
  const child = fork(import.meta.filename, [dir, String(i)])
  const writer: Writer = { process: child, count: 0, state: 'writing', receipts: [] }
  child.on('message', ({ count, position }: { count: number; position: number }) => {
    writer.count = count
    writer.receipts.push(position)
  })
  return writer
}

/** The verdict: what the log holds, and whether every receipt is kept. */
async function check(dir: string, writers: readonly Writer[]): Promise<void> {
  const hub = await openHub({ dir })
  const report = await hub.verify()
  const found = new Map<number, number>()
  for await (const { position, data } of hub.log()) {
    found.set(position, (data as { data: { writer: number } }).data.writer)
  }
  await hub.close()
  const receipts = writers.flatMap(({ receipts: given }, i) => given.map((position) => ({ position, i })))
  const lost = receipts.filter(({ position, i }) => found.get(position) !== i)
  const torn = report.findings.filter(({ kind }) => kind === 'torn').length
  const serious = report.findings.filter(({ kind }) => kind !== 'torn' && kind !== 'tail')
  console.log(`\n${report.events} events in ${report.commits} commits, positions 1 to ${found.size} without a gap`)
  console.log(`${receipts.length} receipts were given, ${lost.length} of them lost`)
  console.log(`torn lines: ${torn}; other findings: ${serious.length}; chain ${report.chain}`)
  for (const { message } of serious) console.log(`  ${message}`)
  const good = lost.length === 0 && serious.length === 0 && found.size === report.events
  console.log(good ? '\nThe log is sound.' : '\nTHE LOG IS NOT SOUND.')
  if (good) console.log(`Look at it: tail -n 3 ${path.join(dir, 'log', '00000001.jsonl')}`)
  process.exitCode = good ? 0 : 1
}

/** Draws over itself on a terminal; elsewhere it prints the sum now and then, and the table at the end. */
function screen(writers: readonly Writer[]): () => void {
  let drawn = 0
  return () => {
    const writing = writers.some(({ state }) => state === 'writing')
    if (!process.stdout.isTTY && writing) {
      const sum = writers.reduce((total, { count }) => total + count, 0)
      if (drawn++ % 10 === 0) console.log(`${String(sum).padStart(6)} commits`)
      return
    }
    if (process.stdout.isTTY && drawn++ > 0) process.stdout.write(`\u001b[${writers.length}A`)
    const top = Math.max(1, ...writers.map(({ count }) => count))
    for (const [i, writer] of writers.entries()) console.log(rowOf(writer, i, top))
  }
}

function rowOf({ process: child, count, state }: Writer, i: number, top: number): string {
  const bar = '█'.repeat(Math.round((count / top) * 24)).padEnd(24)
  const note = state === 'killed' ? 'killed by SIGKILL' : state
  const clear = process.stdout.isTTY ? '\u001b[K' : ''
  return `${clear}writer ${i}  pid ${child.pid}  ${bar} ${String(count).padStart(6)}  ${note}`
}

async function untilAllWrite(writers: readonly Writer[]): Promise<void> {
  for (let waited = 0; writers.some(({ count }) => count === 0); waited += 20) {
    if (waited > 15_000) throw new Error('the writers did not start')
    await delay(20)
  }
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
}
