/** What happens when two want the same, and how to write so that they rarely do. For docs/guide.md. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Hub } from 'agent-baton'

const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
const hub = await openHub({ dir, create: true })
for (const sessionId of ['ann', 'bob']) await hub.send({ type: 'OpenSession', sessionId })
await hub.send({ type: 'OpenTask', taskId: 't1', title: 'the parser', participants: ['ann', 'bob'] })

// Two replicas of one hub, as two processes have them.
const ann = await openHub({ dir, actor: { kind: 'session', id: 'ann' } })
const bob = await openHub({ dir, actor: { kind: 'session', id: 'bob' } })

// ---- a refusal is an answer: look at its code, not at its text
async function claim(hub: Hub): Promise<string> {
  const claimed = await hub.safeSend({ type: 'ClaimTask', taskId: 't1' })
  if (claimed.ok) return 'has it'
  switch (claimed.error.code) {
    case 'ALREADY_OWNED':
      return 'was too late'
    case 'CONFLICT': // still losing when its patience was over: `retryable`, later
      return 'got no turn'
    default:
      throw claimed.error
  }
}
const outcomes = await Promise.all([claim(ann), claim(bob)])
console.log(`of two claims: one ${outcomes.toSorted().join(', one ')}`)

// ---- epochs: what an owner decides is about what it owned when it looked
await hub.send({ type: 'OpenTask', taskId: 't2', title: 'the printer', owner: 'ann' })
const { epoch = 0 } = (await ann.owner('t2')) ?? {}
await hub.send({ type: 'AssignTask', taskId: 't2', to: 'bob' })
await hub.send({ type: 'AssignTask', taskId: 't2', to: 'ann' })
const late = await ann.safeSend({ type: 'CloseTask', taskId: 't2', outcome: 'done', expectEpoch: epoch })
if (!late.ok) console.log(`ann owns it, but not since then: ${late.error.code}`)

// ---- shared state: say which version you read, and read again where it is another
async function count(hub: Hub): Promise<void> {
  for (;;) {
    const { entries } = await hub.state('ann').get()
    const { value = 0, version = 0 } = entries['builds'] ?? {}
    const written = await hub.safeSend({
      type: 'SetState',
      scope: 'session',
      id: 'ann',
      set: { builds: (value as number) + 1 },
      expect: { builds: version },
    })
    if (written.ok) return
    if (written.error.code !== 'STATE_VERSION') throw written.error
  }
}
const other = await openHub({ dir })
await Promise.all([hub, other, hub, other, hub].map((each) => count(each)))
console.log(`five counted at once: ${String((await hub.state('ann').get()).values['builds'])}`)

// ---- an answer that shows at least what you have written, from whichever process
const { position } = await ann.send({ type: 'SendMessage', to: 'bob', body: 'your turn' })
const [message] = await bob.inbox().list({ atLeast: position, from: 'ann' })
console.log(`bob has mail: ${message?.body}`)

for (const each of [ann, bob, other, hub]) await each.close()

/* Prints
of two claims: one has it, one was too late
ann owns it, but not since then: STALE_EPOCH
five counted at once: 5
bob has mail: your turn
*/
