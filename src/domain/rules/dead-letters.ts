/** What to do with a message that reached nobody. */
import type { DiscardDeadLetter } from '../../commands/discard-dead-letter.ts'
import type { RequeueDeadLetter } from '../../commands/requeue-dead-letter.ts'
import { acting, notAllowed } from '../acting.ts'
import { resolveOne } from '../address.ts'
import { destination } from '../deliver.ts'
import { mailboxStream, type Recipient } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import type { Context, Decide, World } from '../world.ts'

export const decideRequeueDeadLetter: Decide<RequeueDeadLetter> = ({ messageId, mailbox, to }, world, context) => {
  const dead = deadDeliveries(messageId, mailbox, world, context)
  const by = acting(world, context)
  const goal = to === undefined ? undefined : resolveOne(world, by, to)
  // To one mailbox it goes once, however often it died; where it died in that very one, from there.
  const one = dead.find(({ mailbox: at }) => at === goal?.mailbox) ?? dead[0]
  const requeued = dead.filter((at) => goal === undefined || at === one)
  const left = dead.filter((at) => !requeued.includes(at))
  return [
    ...requeued.map((at) => ({
      stream: mailboxStream(at.mailbox),
      type: 'DeadLetterRequeued' as const,
      data: { messageId, ...at, ...destination(goal ?? resolveOne(world, by, at.mailbox)) },
    })),
    ...left.map((at) => discarded(messageId, at, `requeued to ${goal?.mailbox ?? ''}`)),
  ]
}

export const decideDiscardDeadLetter: Decide<DiscardDeadLetter> = ({ messageId, mailbox, reason }, world, context) =>
  deadDeliveries(messageId, mailbox, world, context).map((at) => discarded(messageId, at, reason))

const discarded = (messageId: string, at: Recipient, reason: string) => ({
  stream: mailboxStream(at.mailbox),
  type: 'DeadLetterDiscarded' as const,
  data: { messageId, ...at, reason },
})

/** Relies on each mailbox: two operators do not requeue one letter twice. */
function deadDeliveries(messageId: string, mailbox: string | undefined, world: World, context: Context): Recipient[] {
  const by = acting(world, context)
  if (!by.operator) notAllowed(by, 'deal with dead letters', 'The system')
  const message = world.peek.message(messageId)
  if (message === undefined) {
    return refuse('UNKNOWN_MESSAGE', `there is no message ${messageId}`, { details: { messageId } })
  }
  const where =
    mailbox === undefined || mailbox.includes(':') || mailbox === 'operator' ? mailbox : `session:${mailbox}`
  const dead = Object.entries(message.deliveries)
    .filter(([at, { state }]) => state === 'dead' && (where === undefined || where === at))
    .map(([at, { sessionId }]) => (sessionId === undefined ? { mailbox: at } : { mailbox: at, sessionId }))
  if (dead.length === 0) {
    return refuse(
      'INVALID_TRANSITION',
      `message ${messageId} is no dead letter${mailbox === undefined ? '' : ` in ${mailbox}`}`,
      {
        details: { messageId, deliveries: Object.keys(message.deliveries).slice(0, 20) },
      },
    )
  }
  for (const at of dead) world.inbox(at, [at.mailbox])
  return dead
}
