/** A worker: takes on the runs that it is given, and keeps their leases while it lives. */
import type { Hub, ReceivedMessage } from '../../index.ts'
import { answers } from './answers.ts'
import { KIND, LEASE_MS, PLANNER, TASK } from './cast.ts'
import { serve } from './pieces.ts'

export async function work(hub: Hub, name: string, signal: AbortSignal): Promise<void> {
  await hub.until(() => hub.session(PLANNER), { signal })
  await hub.send({ type: 'OpenSession', sessionId: name, parentSessionId: PLANNER })
  await hub.send({ type: 'SendMessage', to: 'parent', kind: KIND.ready, body: 'ready' })
  const answering = answers(hub, signal)
  for await (const message of hub.inbox().subscribe({ signal: answering.signal })) {
    const { kind, mailbox } = message
    if (kind === KIND.question) answering.to(message)
    else if ((kind === 'dispatch' || kind === KIND.work) && mailbox.startsWith('run:')) {
      answering.meanwhile(takeOn(hub, name, message, answering.signal))
    } else if (kind === 'handoff') await see(hub, message)
    // Whoever asked takes its answer itself.
    else if (kind !== KIND.answer) await message.ack()
    if (kind === KIND.shipped) break
  }
  await answering.done()
}

/** From the task's first owner on it is under way. */
async function see(hub: Hub, message: ReceivedMessage): Promise<void> {
  if ((await hub.task(TASK))?.status === 'open') {
    await hub.send({ type: 'SetTaskStatus', taskId: TASK, status: 'in_progress' })
  }
  await message.ack()
}

/** While this process lives the lease of the run is renewed; from its first moment on the lease vouches for the work. */
async function takeOn(hub: Hub, name: string, message: ReceivedMessage, signal: AbortSignal): Promise<void> {
  const runId = message.mailbox.slice('run:'.length)
  await hub.send({ type: 'BeginRun', runId })
  const lease = await hub.keepLease({ run: runId }, { leaseMs: LEASE_MS })
  try {
    await message.ack()
    await serve(hub, name, runId, AbortSignal.any([signal, lease.signal]))
  } finally {
    lease.stop()
  }
  if ((await hub.owner(TASK))?.owner !== name) return
  await hub.send({ type: 'Handoff', taskId: TASK, to: PLANNER, context: 'my piece is in: close it when all are' })
}
