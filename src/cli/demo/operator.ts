/** The operator's part: gives the order, kills whoever asks first, and answers whoever asks in its place. */
import { systemClock, type EventData, type Hub, type LoggedEvent } from '../../exports.ts'
import { isoTime } from '../../iso-time.ts'
import { KIND, PLANNER } from './cast.ts'
import type { Troupe } from './troupe.ts'

export interface Killed {
  readonly name: string
  readonly pid: number
  /** What it was at work on. */
  readonly runId: string
  /** That of the newest event, once it was dead. */
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
  async function killWhoever({ from }: EventData<'MessageSent'>): Promise<Killed | undefined> {
    const runId = from.replace(/^run:/, '')
    const run = await hub.runs.get(runId)
    if (run?.status !== 'running') return undefined
    const { name, pid } = await troupe.kill(run.sessionId)
    const at = isoTime(systemClock())
    // It may have renewed its lease in its last moment; now nobody does.
    const { leaseUntil = at } = (await hub.runs.get(runId)) ?? {}
    return { name, pid, runId, position: hub.head.position, at, leaseUntil }
  }

  return {
    async react({ type, data }) {
      if (type === 'SessionOpened' && (data as EventData<'SessionOpened'>).sessionId === PLANNER) {
        await hub.send({ type: 'SendMessage', to: PLANNER, kind: KIND.order, body: ORDER })
      }
      if (type !== 'MessageSent') return undefined
      const sent = data as EventData<'MessageSent'>
      if (sent.kind !== KIND.question || !sent.to.includes('operator')) return undefined
      if (killed === undefined) return (killed = await killWhoever(sent))
      await hub.send({ type: 'SendMessage', inReplyTo: sent.messageId, kind: KIND.answer, body: 'yes, they do' })
      const questions = await hub.inbox('operator').list({ kind: KIND.question })
      await hub.inbox('operator').ack(questions.map(({ id }) => id))
      return undefined
    },
  }
}
