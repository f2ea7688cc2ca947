/** What a session that is being closed leaves unread: it moves to the successor, or is dead, and who wrote it is told. */
import type { Fact } from '../../events/catalog.ts'
import type { Acting } from '../acting.ts'
import { deadLettered, OWN_KINDS, tellSender, transferred } from '../deliver.ts'
import { entriesOf, mailboxKind, sessionMailbox, type InboxEntry } from '../mailbox.ts'
import { runStream } from '../run.ts'
import type { Session } from '../session.ts'
import type { Context, World } from '../world.ts'

/** Its own mail and its runs': to the successor, else to the dead letters, and whoever wrote it hears of that. */
export function leaveMail(
  id: string,
  successor: Session | undefined,
  ended: ReadonlySet<string>,
  by: Acting,
  world: World,
  context: Context,
): Fact[][] {
  const mailboxes = Object.keys(world.peek.inbox(id)?.boxes ?? {})
  const entries = entriesOf(world.inbox(sessionMailbox(id), mailboxes))
  const why = `session ${id} was closed`
  if (successor !== undefined) {
    const to = sessionMailbox(successor.id)
    return entries.map(({ messageId, mailbox }) => [transferred(messageId, { mailbox, sessionId: id }, to, why)])
  }
  // One commit has to hold a batch with its notice, and the end.
  const room = Math.max(1, Math.min(BATCH, context.limits.commitEvents - 3))
  return batchesBySender(entries, room, world).map(({ sender, letters }) => [
    ...letters.map(({ messageId, mailbox }) => deadLettered(messageId, { mailbox, sessionId: id }, why)),
    ...(sender === undefined ? [] : deathNotice(readerOf(sender, ended, world), letters, why, by, world, context)),
  ])
}

/** A run that ends here reads nothing any more: its session does. */
function readerOf(sender: string, ended: ReadonlySet<string>, { peek }: World): string {
  const [kind, id] = mailboxKind(sender)
  return kind === 'run' && ended.has(runStream(id)) ? `session:${peek.run(id)?.sessionId ?? ''}` : sender
}

interface Batch {
  /** Nobody, where Baton wrote them itself. */
  readonly sender: string | undefined
  readonly letters: InboxEntry[]
}

/** So many deaths are told in one notice. */
const BATCH = 100

/** In log order, as far as a batch goes. */
function batchesBySender(entries: readonly InboxEntry[], room: number, world: World): Batch[] {
  const batches: Batch[] = []
  const filling = new Map<string | undefined, Batch>()
  for (const entry of entries) {
    const message = world.peek.message(entry.messageId)
    const sender = message === undefined || OWN_KINDS.has(message.kind) ? undefined : message.from
    const batch = filling.get(sender) ?? { sender, letters: [] }
    if (batch.letters.length === 0) batches.push(batch)
    batch.letters.push(entry)
    if (batch.letters.length < room) filling.set(sender, batch)
    else filling.delete(sender)
  }
  return batches
}

function deathNotice(
  sender: string,
  letters: readonly InboxEntry[],
  why: string,
  by: Acting,
  world: World,
  context: Context,
): Fact[] {
  const [{ messageId, mailbox } = { messageId: '', mailbox: '' }] = letters
  const what =
    letters.length === 1
      ? `message ${messageId} to ${mailbox} is a dead letter`
      : `${letters.length} messages are dead letters`
  return tellSender(world, context, by.mailbox, sender, {
    kind: 'notice',
    subject: what,
    body: `${why}; the operator can requeue or discard them: baton dead list`,
    data: { reason: why, letters: letters.map(({ messageId: id, mailbox: at }) => ({ messageId: id, mailbox: at })) },
  })
}
