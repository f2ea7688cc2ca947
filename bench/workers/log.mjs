/** This package's log: the proposer over a file log, with the streams' versions folded from the log. */
import {
  createFold,
  createProposer,
  found,
  openFileLog,
  systemClock,
  ulidFactory,
  verifyLog,
} from '../../dist/index.js'
import { drive, eventOn, serve } from './serve.mjs'

const LIMITS = { patience: 60_000, maxCommitBytes: 4 * 1024 * 1024, maxCommitEvents: 2_000 }

serve(async ({ dir, stream, durability, callers = 1, timed, between, touch = true, delivers = false }) => {
  const log = openFileLog(dir, { create: true })
  const newId = ulidFactory()
  await found(log, newId(), Date.now())

  const by = { kind: 'session', id: stream, run: 'bench', pid: process.pid }
  const versions = new Map()
  let conflicts = 0
  const raise = (name) => versions.set(name, (versions.get(name) ?? 0) + 1)
  const fold = createFold(log, {
    observe(judged) {
      proposer.observe(judged)
      const { commit } = judged
      if (commit === undefined) return
      if (judged.void !== undefined) {
        if (judged.void === 'conflict' && commit.by.pid === process.pid) conflicts++
      } else if (touch) for (const { s } of commit.events) raise(s)
      else for (const s in commit.on) raise(s)
    },
    reset() {
      throw new Error('the log contradicts itself')
    },
  })
  const proposer = createProposer(log, fold, { ...LIMITS, durability, clock: systemClock, newId })
  await fold.catchUp()

  const streams = Array.from({ length: callers }, (_, i) => (callers === 1 ? stream : `${stream}-${i}`))
  /** With `delivers` each commit holds a second, small event: what a message is to its recipient. */
  function eventsOn(name) {
    const event = eventOn(name)
    if (!delivers) return [event]
    const d = { messageId: event.d.message, mailbox: 'operator' }
    return [event, { s: 'mailbox-operator', t: 'MessageDelivered', v: 1, d }]
  }

  const append = (name) =>
    proposer.propose({
      decide: () => ({ by, cmd: 'Send', on: { [name]: versions.get(name) ?? 0 }, events: eventsOn(name) }),
      receipt: ({ position }) => position,
    })

  return {
    async run({ ms }) {
      const before = conflicts
      const sample = await drive({ ms, callers, timed, between }, (caller) => append(streams[caller]))
      return { ...sample, conflicts: conflicts - before }
    },
    async close() {
      await proposer.close()
      await log.close()
    },
    async check() {
      const again = openFileLog(dir)
      const report = await verifyLog(again)
      await again.close()
      if (report.findings.length > 0) throw new Error(`findings: ${JSON.stringify(report.findings.slice(0, 3))}`)
      return delivers ? report.events / 2 : report.events
    },
  }
})
