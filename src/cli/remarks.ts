/** What is said of a command's answer beside its events. */
import type { Command, Hub, Receipt, ReceiptEvent } from '../exports.ts'

type Closed = Extract<Command, { readonly type: 'CloseSession' }>
type Acknowledged = Extract<Command, { readonly type: 'AcknowledgeMessage' }>

/** What became of the mail that waited for a session and its runs. */
export function mailLeft({ sessionId }: Closed, events: readonly ReceiptEvent[]): string[] {
  let dead = 0
  const moved = new Map<string, number>()
  for (const { type, data } of events) {
    if (type === 'MessageDeadLettered' && data.sessionId === sessionId) dead++
    if (type === 'MessageTransferred' && data.sessionId === sessionId) moved.set(data.to, (moved.get(data.to) ?? 0) + 1)
  }
  const fates: [count: number, fate: string][] = [...moved].map(([to, count]) => [
    count,
    `went to ${to.replace(/^session:/, '')}`,
  ])
  if (dead > 0) fates.push([dead, `${dead === 1 ? 'is a dead letter' : 'are dead letters'}: baton dead list`])
  const [first, ...more] = fates
  if (first === undefined) return []
  const waited = fates.reduce((sum, [count]) => sum + count, 0)
  const became =
    more.length === 0
      ? `${waited === 1 ? 'it' : 'they'} ${first[1]}`
      : fates.map(([count, fate]) => `${count} ${fate}`).join(', ')
  return [`${waited} ${waited === 1 ? 'message' : 'messages'} waited: ${became}`]
}

/** Of what was to be acknowledged and is not by this: why. */
export async function notAcknowledged(command: Acknowledged, { events }: Receipt, hub: Hub): Promise<string[]> {
  const done = new Set(events.flatMap(({ type, data }) => (type === 'MessageAcknowledged' ? [data.messageId] : [])))
  const lines: string[] = []
  for (const id of new Set(command.messageIds)) {
    if (!done.has(id)) lines.push(`${id} ${await stateOf(id, hub)}`)
  }
  return lines
}

async function stateOf(id: string, hub: Hub): Promise<string> {
  const { kind, id: session, run } = hub.actor
  const states = Object.entries((await hub.message(id))?.deliveries ?? {})
    .filter(([mailbox, { sessionId }]) => kind !== 'session' || sessionId === session || mailbox === `run:${run ?? ''}`)
    .map(([, { state }]) => state)
  if (states.includes('acknowledged')) return 'was acknowledged before'
  return states.includes('dead') ? 'is a dead letter: baton dead list' : 'does not wait any more'
}
