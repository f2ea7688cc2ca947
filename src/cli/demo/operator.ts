/** The operator's part: gives the order, kills whoever asks first, and answers whoever asks in its place. */
import { systemClock, type EventData, type Hub, type LoggedEvent } from '../../exports.ts'
import { iso } from '../values.ts'
import { KIND, PLANNER } from './cast.ts'
import type { Troupe } from './troupe.ts'

export interface Killed {
  readonly name: string
  readonly pid: number
  /** What it was at work on. */
  readonly runId: string
  /** The newest event that was known then. */
  readonly position: number
  readonly at: string
  readonly leaseUntil: string
}

export interface Operator {
  /** What follows from an event; whoever was killed for it. */
  readonly react: (event: LoggedEvent) => Promise<Killed | undefined>
}

const ORDER = 'ship compiler 2.0'

export function openOperator(hub: Hub, troupe: Troupe): Operator {
  let killed: Killed | undefined

  /** It asks, and waits: its work is open, and stays so until somebody answers. */
  async function killWhoever(asks: EventData<'MessageSent'>, position: number): Promise<Killed | undefined> {
    const run = await hub.runs.get(asks.from.replace(/^run:/, ''))
    const now = systemClock()
    if (run?.status !== 'running' || run.leaseUntil === undefined || Date.parse(run.leaseUntil) <= now) return undefined
    const { name, pid } = await troupe.kill(run.sessionId)
    return { name, pid, runId: run.id, position, at: iso(now), leaseUntil: run.leaseUntil }
  }

  return {
    async react({ type, data, position }) {
      if (type === 'SessionOpened' && (data as EventData<'SessionOpened'>).sessionId === PLANNER) {
        await hub.send({ type: 'SendMessage', to: PLANNER, kind: KIND.order, body: ORDER })
      }
      if (type !== 'MessageSent') return undefined
      const sent = data as EventData<'MessageSent'>
      if (sent.kind !== KIND.question || !sent.to.includes('operator')) return undefined
      if (killed === undefined) return (killed = await killWhoever(sent, position))
      await hub.send({ type: 'SendMessage', inReplyTo: sent.messageId, kind: KIND.answer, body: 'yes, they do' })
      const questions = await hub.inbox('operator').list({ kind: KIND.question })
      await hub.inbox('operator').ack(questions.map(({ id }) => id))
      return undefined
    },
  }
}
