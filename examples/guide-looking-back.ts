/** What would follow, what stood there, what would have followed, and why it is as it is. For docs/guide.md. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub } from 'agent-baton'

const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
const hub = await openHub({ dir, create: true })
for (const sessionId of ['planner', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
const planner = hub.as({ kind: 'session', id: 'planner' })
await planner.send({ type: 'OpenTask', taskId: 't1', title: 'the parser', owner: 'planner', participants: ['coder'] })

// ---- a dry run: who would be written to and which events would follow; nothing is written
const dry = await planner.send({ type: 'Handoff', taskId: 't1', to: 'coder' }, { dryRun: true })
console.log(`a handoff would reach ${dry.recipients.join()}: ${dry.events.map(({ type }) => type).join(', ')}`)

const { position, events } = await planner.send({ type: 'Handoff', taskId: 't1', to: 'coder' })
// A receipt's position is that of its last event; a commit is there as a whole or not at all.
const before = (events[0]?.position ?? 0) - 1
await hub.as({ kind: 'session', id: 'coder' }).send({ type: 'SetTaskStatus', taskId: 't1', status: 'in_progress' })

// ---- time travel: the whole hub as it stood; every question works there, and nothing can be written
{
  await using then = await hub.at(before)
  console.log(`at #${before}: ${(await then.owner('t1'))?.owner} owned it`)

  // ---- and from there on in another way: a hub of its own, in memory
  await using whatIf = await then.fork()
  await whatIf.as({ kind: 'session', id: 'planner' }).send({ type: 'CloseTask', taskId: 't1', outcome: 'cancelled' })
  console.log(`what if: ${(await whatIf.task('t1'))?.status}; in truth: ${(await hub.task('t1'))?.status}`)
}

// ---- the life of a task, step by step; and what changed between two positions
for await (const { event, ...step } of hub.replay({ task: 't1' })) {
  const [from, to] = [step.before, step.after] as { owner?: string; status?: string }[]
  const [was, is] = [from, to].map((task) => `${task?.owner ?? 'nobody'}'s, ${task?.status ?? 'not there'}`)
  console.log(`  ${event.type}: ${was} → ${is}`)
}
for await (const { view, key } of hub.diff(before, position)) console.log(`  changed by the handoff: ${view} ${key}`)

// ---- why: its causal chain in sentences, with those who tried and lost
for (const { by, text } of (await hub.why({ task: 't1' })).steps) console.log(`  ${by.id ?? by.kind}: ${text}`)
await hub.close()

/* Prints
a handoff would reach session:coder: OwnershipTransferred, MessageSent, MessageDelivered
at #6: planner owned it
what if: closed; in truth: in_progress
  TaskOpened: nobody's, not there → nobody's, open
  ParticipantJoined: nobody's, open → nobody's, open
  ParticipantJoined: nobody's, open → nobody's, open
  OwnershipTransferred: nobody's, open → planner's, open
  OwnershipTransferred: planner's, open → coder's, open
  MessageSent: coder's, open → coder's, open
  TaskStatusChanged: coder's, open → coder's, in_progress
  changed by the handoff: seats planner
  changed by the handoff: seats coder
  changed by the handoff: tasks t1
  changed by the handoff: ownership t1
  changed by the handoff: messages ...
  changed by the handoff: inboxes coder
  planner: task t1 opened: the parser
  planner: planner joined task t1
  planner: coder joined task t1
  planner: task t1: nobody → planner (opened, epoch 1)
  planner: task t1: planner → coder (handoff, epoch 2)
  planner: handoff ... planner → session:coder: session planner hands task t1 over to you: the parser
  coder: task t1 open → in_progress
*/
