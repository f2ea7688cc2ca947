/**
 * A view of your own: how much each session has written and how much of it was acknowledged, folded from the log by a
 * process of its own, which keeps it on disk. Cursor and state are stored together and at once, so that whatever kills the
 * process, no event is counted twice and none is left out. Where the cursor was left in another history (a restored hub,
 * an end that a power cut took), Baton says CURSOR_LOST, and the view is folded again from the beginning.
 *
 *   npx tsx examples/own-view.ts
 */
import { fork, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isBatonError, openHub, restore, type EventData, type Hub, type LoggedEvent } from 'agent-baton'

// ---- the view: a document and what each event does to it

/** Raise it when `evolve` changes: what was folded in another way is no use. */
const VERSION = 1

interface Tally {
  version: number
  /** Behind the last event that is counted below. */
  cursor: string | undefined
  sent: Record<string, number>
  acknowledged: Record<string, number>
  /** Who wrote what is on its way. */
  writers: Record<string, string>
}

const nothing = (): Tally => ({ version: VERSION, cursor: undefined, sent: {}, acknowledged: {}, writers: {} })

function evolve(tally: Tally, { type, data, cursor }: LoggedEvent): void {
  if (type === 'MessageSent') {
    const { messageId, from } = data as EventData<'MessageSent'>
    tally.writers[messageId] = from
    tally.sent[from] = (tally.sent[from] ?? 0) + 1
  }
  if (type === 'MessageAcknowledged') {
    const { messageId } = data as EventData<'MessageAcknowledged'>
    const from = tally.writers[messageId] ?? 'somebody'
    tally.acknowledged[from] = (tally.acknowledged[from] ?? 0) + 1
  }
  tally.cursor = cursor
}

// ---- on disk: written beside it, synced, and put in its place

function save(file: string, tally: Tally): void {
  const written = `${file}.${process.pid}`
  const handle = fs.openSync(written, 'w')
  fs.writeSync(handle, JSON.stringify(tally))
  fs.fsyncSync(handle)
  fs.closeSync(handle)
  fs.renameSync(written, file)
}

function load(file: string): Tally {
  if (!fs.existsSync(file)) return nothing()
  const tally = JSON.parse(fs.readFileSync(file, 'utf8')) as Tally
  return tally.version === VERSION ? tally : nothing()
}

// ---- the process that keeps it

async function keep(hub: Hub, file: string): Promise<void> {
  for (let tally = load(file); ; tally = nothing()) {
    try {
      const from = tally.cursor === undefined ? 'the beginning' : `position ${tally.cursor.split('.')[0]}`
      console.log(`keeper: folding from ${from}`)
      let unsaved = 0
      for await (const event of hub.log({ ...(tally.cursor && { after: tally.cursor }), follow: true })) {
        evolve(tally, event)
        // At the end of what is there, and now and then before it.
        if (event.position < hub.head.position && ++unsaved < 1_000) continue
        save(file, tally)
        unsaved = 0
      }
      return
    } catch (error) {
      if (!isBatonError(error, 'CURSOR_LOST')) throw error
      console.log('keeper: the cursor is of another history')
    }
  }
}

// ---- a story that happens to it

async function operator(): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  const [dir, file] = [path.join(home, '.baton'), path.join(home, 'tally.json')]
  const hub = await openHub({ dir, create: true })
  for (const sessionId of ['ann', 'bob']) await hub.send({ type: 'OpenSession', sessionId })
  const talk = async (times: number): Promise<void> => {
    const ann = hub.as({ kind: 'session', id: 'ann' })
    for (let i = 0; i < times; i++) await ann.send({ type: 'SendMessage', to: 'bob', body: `message ${i}` })
    const [first] = await hub.inbox('bob').list()
    await hub
      .as({ kind: 'session', id: 'bob' })
      .inbox()
      .ack(first?.id ?? '')
  }

  await talk(5)
  const first = keeper(dir, file)
  await shown(file, hub.head.position)
  console.log('the keeper is killed, and meanwhile the hub goes on')
  first.kill('SIGKILL')
  await talk(3)
  const second = keeper(dir, file)
  await shown(file, hub.head.position)
  second.kill('SIGKILL')

  const { dir: elsewhere, position } = await restore(dir, path.join(home, 'restored'), { to: 10 })
  console.log(`the hub is restored as it stood at position ${position}`)
  const third = keeper(elsewhere, file)
  await shown(file, position)
  third.kill('SIGKILL')
  await hub.close()
}

const keeper = (dir: string, file: string): ChildProcess => fork(import.meta.filename, [dir, file])

/** What is stored, once the view has come so far. */
async function shown(file: string, position: number): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    const { cursor = '', sent, acknowledged } = load(file)
    if (cursor.startsWith(`${position}.`)) return console.log(`  sent`, sent, 'acknowledged', acknowledged)
    await sleep(20)
  }
  throw new Error(`the view has not come to position ${position}`)
}

const [, , hubDir, file] = process.argv
if (hubDir === undefined || file === undefined) await operator()
else await keep(await openHub({ dir: hubDir, readOnly: true }), file)

/* Prints
keeper: folding from the beginning
  sent { 'session:ann': 5 } acknowledged { 'session:ann': 1 }
the keeper is killed, and meanwhile the hub goes on
keeper: folding from position 13
  sent { 'session:ann': 8 } acknowledged { 'session:ann': 2 }
the hub is restored as it stood at position 10
keeper: folding from position 20
keeper: the cursor is of another history
keeper: folding from the beginning
  sent { 'session:ann': 4 } acknowledged {}
*/
