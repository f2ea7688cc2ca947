/** Hubs with something wrong with them, made as it comes about, or written by hand where Baton itself would not. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { chainHex, genesisChain, openHub, type Command, type Hub, type HubOptions } from '../../src/index.ts'
import { encodeCommit, type Mark, type StoredEvent } from '../../src/log/commit.ts'
import { logFile, openFileLog } from '../../src/log/file/file-log.ts'
import { openFolding } from '../../src/projections/folding.ts'
import { openSnapshots } from '../../src/projections/snapshots/store.ts'
import { framed } from './lines.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Opens a hub that nobody sweeps, does something, and closes it; `agoMs` earlier than now. */
export async function inHub(
  dir: string,
  work: (hub: Hub, as: (session: string) => Hub) => Promise<unknown>,
  { agoMs = 0, ...options }: { readonly agoMs?: number } & Partial<HubOptions> = {},
): Promise<void> {
  const clock = (): number => Date.now() - agoMs
  const hub = await openHub({ dir, create: true, sweepEvery: false, clock, ...options })
  try {
    await work(hub, (id) => hub.as({ kind: 'session', id }))
  } finally {
    await hub.close()
  }
}

export const all = async (hub: Hub, ...commands: readonly Command[]): Promise<void> => {
  for (const command of commands) await hub.send(command)
}

export const opened = (...sessions: readonly string[]): Command[] =>
  sessions.map((sessionId) => ({ type: 'OpenSession', sessionId }))

/** Very many events in few commits, on a user's own stream. */
export async function addEvents(hub: Hub, count: number): Promise<void> {
  const batch = 1_000
  for (let i = 0; i < count; i += batch) {
    const events = Array.from({ length: Math.min(batch, count - i) }, (_, n) => ({
      type: 'Ticked',
      data: { n: i + n },
    }))
    await hub.eventStore.appendToStream('x-ticks', events)
  }
}

let count = 0

/** A commit that no rule was asked about, as a foreign writer makes it. */
export async function writeByHand(dir: string, events: readonly StoredEvent[], mark?: Mark): Promise<void> {
  const hub = await openHub({ dir, readOnly: true })
  const { mark: here, at } = hub.head
  const [first] = fs.readFileSync(logFile(dir), 'utf8').split('\n').filter(Boolean)
  const beginning: Mark = [0, chainHex(genesisChain(Number.parseInt(first?.slice(-10, -2) ?? '', 16)))]
  await hub.close()
  const seen = mark ?? here
  const id = `01HANDMADE${String(++count).padStart(16, '0')}`
  const draft = { by: { kind: 'operator' }, cmd: 'ByHand', on: {}, events }
  const { line } = encodeCommit(draft, { id, at, seen, safe: beginning })
  fs.appendFileSync(logFile(dir), framed(line))
}

/** A hub whose log refuses the nth append from now: the process that wrote was killed there. */
export async function killedAtAppend(dir: string, nth: number, command: Command, agoMs = 0): Promise<void> {
  const log = openFileLog(dir)
  let appends = 0
  const failing = {
    ...log,
    append: (proposals: Parameters<typeof log.append>[0]) =>
      ++appends === nth ? Promise.reject(new Error('killed')) : log.append(proposals),
  }
  const hub = await openHub({ log: failing, sweepEvery: false, clock: () => Date.now() - agoMs })
  try {
    await hub.safeSend(command)
  } finally {
    await hub.close().catch(() => undefined)
  }
}

/** Where what was built keeps its snapshots; the order in which a bundle lists the events may be another one. */
export function viewsIn(dir: string): string {
  const main = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
  built ??= path.basename(
    (
      JSON.parse(
        execFileSync(process.execPath, [main, 'projections', 'status', '--json', '--dir', dir]).toString(),
      ) as {
        snapshot: { dir: string }
      }
    ).snapshot.dir,
  )
  return path.join(dir, 'views', built)
}

let built: string | undefined

/** Writes a snapshot of the whole log, after `change` has had its hands on the documents. */
export async function publishSnapshot(
  dir: string,
  change: (document: (view: string, key: string) => { doc: unknown }) => void = () => undefined,
): Promise<void> {
  const log = openFileLog(dir)
  const snapshots = openSnapshots(viewsIn(dir), () => `made-${++count}-${process.pid}`)
  const folding = await openFolding(log, { clock: Date.now, snapshots, publishes: true })
  await folding.fold.catchUp()
  change((view, key) => folding.documents.shelf(view).open(key, folding.fold.n))
  await folding.flusher?.insist()
  await folding.close()
  await log.close()
}

/** Turns bits over in the middle of a file. */
export function spoil(file: string, at?: number): void {
  const bytes = fs.readFileSync(file)
  const middle = at ?? Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x55, middle)
  fs.writeFileSync(file, bytes)
}

/** Everything in a directory, to see that it is left alone. */
export function contentsOf(dir: string): Record<string, string> {
  const files = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted()
  return Object.fromEntries(
    files.map((name) => {
      const file = path.join(dir, name)
      const stat = fs.statSync(file)
      return [name, `${stat.mtimeMs} ${stat.isFile() ? fs.readFileSync(file).toString('base64') : ''}`]
    }),
  )
}
