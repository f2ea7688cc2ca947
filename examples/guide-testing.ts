/**
 * Testing what you build on a hub: rules by given, when, then; a hub in memory with a clock that you move; and an incident
 * of a real hub, as the beginning of a test. Any test runner will do: what does not hold throws. For docs/guide.md.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Actor } from 'agent-baton'
import { fromLog, given, testHub } from 'agent-baton/testing'

const coder: Actor = { kind: 'session', id: 'coder' }
const reviewer: Actor = { kind: 'session', id: 'reviewer' }

// ---- a rule: what had happened, what is asked, and exactly what follows
const opened = [
  { type: 'OpenSession', sessionId: 'coder' },
  { type: 'OpenSession', sessionId: 'reviewer' },
  { type: 'OpenTask', taskId: 't1', title: 'the parser', owner: 'coder', participants: ['reviewer'] },
] as const

await given(...opened)
  .as(coder)
  .when({ type: 'ReleaseTask', taskId: 't1' })
  .then([{ type: 'OwnerReleased', stream: 'task-t1', data: { taskId: 't1', from: 'coder', epoch: 2 } }])

const refused = await given(...opened)
  .as(reviewer)
  .when({ type: 'CloseTask', taskId: 't1', outcome: 'done' })
  .thenRejects('NOT_OWNER')
console.log(`refused: ${refused.message}`)

// ---- your own code against a hub in memory: time passes when you say so
const { hub, clock } = await testHub()
await hub.send({ type: 'OpenSession', sessionId: 'coder' })
await hub.send({ type: 'SendMessage', to: 'coder', body: 'are you there?', replyWithinMs: 60_000 })
clock.now += 61_000
await hub.sweep()
const [notice] = await hub.inbox('operator').list()
assert.match(notice?.subject ?? '', /nobody/)
console.log(`a minute later: ${notice?.subject}`)
await hub.close()

// ---- an incident: something went wrong in a real hub, whose directory you have, or a backup of it
const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
const real = await openHub({ dir, create: true })
for (const command of opened) await real.send(command)
const { position } = await real.as(coder).send({ type: 'Handoff', taskId: 't1', to: 'reviewer' })
await real.as(reviewer).send({ type: 'CloseTask', taskId: 't1', outcome: 'cancelled' })
await real.close()

// Before it happened, and as it happened: the log is only read.
const before = fromLog(dir, { to: position })
await before.as(coder).when({ type: 'CloseTask', taskId: 't1', outcome: 'done' }).thenRejects('NOT_OWNER')
const { hub: after } = await before.as(reviewer).when({ type: 'CloseTask', taskId: 't1', outcome: 'done' }).outcome()
console.log(`had the reviewer closed it as done: ${(await after.task('t1'))?.outcome}`)
await after.close()

/* Prints
refused: session reviewer does not own task t1; coder does
a minute later: nobody answered message id-4
had the reviewer closed it as done: done
*/
