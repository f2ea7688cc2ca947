// A replica in a process of its own. The parent sends { run, ... } and is answered with { done, ... }.
import { createHash } from 'node:crypto'
import { createFold, createProposer, openFileLog } from '../../dist/index.js'

const [dir, me] = process.argv.slice(2)
const log = openFileLog(dir)
const versions = new Map()
const digest = createHash('sha256')
let proposer

const fold = createFold(log, {
  observe(judged) {
    const { entry, commit, void: reason, n, position } = judged
    // Everything that a view could depend on: two replicas with this digest are in the same state.
    digest.update(JSON.stringify([entry.ref, reason ?? 'accepted', n, position, commit?.id, commit?.events]))
    if (commit !== undefined && reason === undefined) {
      for (const { s } of commit.events) versions.set(s, (versions.get(s) ?? 0) + 1)
    }
    proposer.observe(judged)
  },
  reset() {},
})
let made = 0
proposer = createProposer(log, fold, {
  durability: process.env.BATON_DURABILITY ?? 'disk',
  clock: Date.now,
  newId: () => `${me}-${++made}`,
  patience: 60_000,
  maxCommitBytes: 4 * 1024 * 1024,
  maxCommitEvents: 2_000,
})
await fold.catchUp()

const tasks = {
  /** Commits to one stream, each relying on the version before it. Retried by the proposer until it is accepted. */
  async write({ stream, count }) {
    let attempts = 0
    const positions = []
    for (let i = 0; i < count; i++) {
      positions.push(
        await proposer.propose({
          decide() {
            attempts++
            return {
              by: { kind: 'session', id: me, pid: process.pid },
              cmd: 'Count',
              on: { [stream]: versions.get(stream) ?? 0 },
              events: [{ s: stream, t: 'Counted', v: 1, d: { by: me, i } }],
            }
          },
          receipt: ({ position }) => position,
        }),
      )
    }
    return { attempts, positions }
  },
  async state() {
    await fold.catchUp()
    return { head: fold.head, digest: digest.copy().digest('hex') }
  },
}

process.on('message', async (message) => {
  if (message.run === 'close') {
    await proposer.close()
    await log.close()
    process.disconnect()
    return
  }
  try {
    const result = await tasks[message.run](message)
    process.send({ done: message.run, ...result })
  } catch (error) {
    process.send({ done: message.run, error: String(error?.stack ?? error) })
  }
})
process.send({ ready: true })
