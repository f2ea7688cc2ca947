import type { Hub, InboxOptions, MessageView } from '../../index.ts'
import { ago, bold, columns, cyan, dim, oneLine, visible, type Look } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { Line, Options, Verb } from '../verb.ts'

const options: Options = {
  follow: { type: 'boolean', about: 'go on as messages come' },
  ack: { type: 'boolean', about: 'acknowledge what is shown' },
  all: { type: 'boolean', about: 'those acknowledged long since, too' },
  after: { type: 'string', value: 'position', about: 'what came after it' },
  from: { type: 'string', value: 'session', about: 'from there alone' },
  kind: { type: 'string', value: 'kind', about: 'of this kind alone' },
  n: { type: 'string', short: 'n', value: 'count', about: 'at most so many (100)' },
}

export const inbox: Verb = {
  name: 'inbox',
  summary: 'What waits for a session and its runs; reading changes nothing',
  usage: '[mailbox]',
  options: () => options,
  examples: ['baton inbox --as coder', 'baton inbox coder', 'baton inbox coder --follow --ack --as coder'],
  async run({ positionals, given, look, signal, actor, hub, reader }) {
    const [mailbox] = positionals
    // To look into a named mailbox nobody needs a name; to acknowledge, or to ask for one's own, somebody does.
    const open = mailbox === undefined || given['ack'] === true ? await hub() : await reader()
    const whose = mailbox ?? (await ownMailbox(open, await actor()))
    const filter: InboxOptions = {
      ...(typeof given['after'] === 'string' && { after: figure(given['after']) }),
      ...(typeof given['from'] === 'string' && { from: given['from'] }),
      ...(typeof given['kind'] === 'string' && { kind: given['kind'] }),
      signal,
    }
    if (given['follow'] === true) return { lines: follow(open, whose, filter, given['ack'] === true, look) }
    const limit = typeof given['n'] === 'string' ? figure(given['n']) : 100
    const messages =
      given['all'] === true ? await everything(open, whose, limit) : await open.inbox(whose).list({ ...filter, limit })
    if (given['ack'] === true && messages.length > 0) await open.inbox(whose).ack(messages.map(({ id }) => id))
    return { json: messages, text: messages.length === 0 ? 'nothing waits' : table(messages, look) }
  },
}

/** A session's inbox shows its runs' mail too. */
const ownMailbox = async (_hub: Hub, { id }: { readonly id?: string }): Promise<string> => id ?? 'operator'

async function* follow(hub: Hub, whose: string, filter: InboxOptions, ack: boolean, look: Look): AsyncGenerator<Line> {
  for await (const message of hub.inbox(whose).subscribe(filter)) {
    const { ack: acknowledge, ...json } = message
    yield { json, text: full(json, look) }
    if (ack) await acknowledge()
  }
}

/** Every message that was ever delivered there, newest last. */
async function everything(hub: Hub, whose: string, limit: number): Promise<(MessageView & { state: string })[]> {
  if (whose === 'operator')
    throw new UsageError('--all needs a session', 'The operator’s is in the log: baton log mailbox-operator')
  const { events } = await hub.history(
    { session: whose.replace(/^session:/, '') },
    { direction: 'backward', limit: 1_000 },
  )
  const found: (MessageView & { state: string })[] = []
  for (const { type, data, position } of events) {
    if (type !== 'MessageDelivered' || found.length >= limit) continue
    const { messageId, mailbox, sessionId } = data as { messageId: string; mailbox: string; sessionId?: string }
    if (sessionId !== whose.replace(/^session:/, '')) continue
    const status = await hub.message(messageId)
    if (status === undefined) continue
    const { deliveries, address: _, answeredBy: __, ...view } = status
    found.push({ ...view, position, mailbox, state: deliveries[mailbox]?.state ?? 'pending' })
  }
  return found.toReversed()
}

function table(messages: readonly (MessageView & { readonly state?: string })[], look: Look): string {
  return columns(
    messages.map(({ id, sentAt, from, mailbox, kind, subject, body, taskId, state }) => [
      dim(id, look),
      ago(sentAt, look),
      bold(from.replace(/^session:/, ''), look) + (mailbox.startsWith('run:') ? dim(` → ${mailbox}`, look) : ''),
      kind === 'message' ? '' : cyan(kind, look),
      taskId === undefined ? '' : dim(taskId, look),
      state === undefined || state === 'pending' ? '' : dim(state, look),
      subject === undefined ? oneLine(body) : `${oneLine(subject)}  ${dim(oneLine(body), look)}`,
    ]),
  )
}

function full(message: MessageView, look: Look): string {
  const { id, sentAt, from, kind, subject, body, taskId } = message
  const head = [bold(from.replace(/^session:/, ''), look), kind, taskId, ago(sentAt, look), dim(id, look)]
  const lines = [head.filter((part) => part !== undefined).join('  ')]
  if (subject !== undefined) lines.push(`  ${visible(subject)}`)
  if (body !== '')
    lines.push(
      ...visible(body)
        .split('\n')
        .map((line) => `  ${line}`),
    )
  return lines.join('\n')
}

function figure(text: string): number {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n >= 0) return n
  throw new UsageError(`${text} is no number`)
}
