import type { Hub, InboxOptions, MessageView } from '../../index.ts'
import { AT, BOOKMARKS, count, stretch, tailed } from '../moments.ts'
import { ago, bold, clock, columns, cyan, dim, oneLine, visible, type Look } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { Line, Options, Verb } from '../verb.ts'

const options: Options = {
  follow: { type: 'boolean', about: 'go on as messages come' },
  ack: { type: 'boolean', about: 'acknowledge what is shown' },
  all: { type: 'boolean', about: 'those acknowledged long since, too' },
  ...BOOKMARKS,
  from: { type: 'string', value: 'session', about: 'from there alone' },
  kind: { type: 'string', value: 'kind', about: 'of this kind alone' },
  n: {
    type: 'string',
    short: 'n',
    value: 'count',
    about: 'at most so many (100); with --follow: the last so many, then those to come',
  },
  reverse: { type: 'boolean', about: 'newest first' },
  ...AT,
}

export const inbox: Verb = {
  name: 'inbox',
  summary: 'What waits for a session and its runs; reading changes nothing',
  usage: '[mailbox]',
  options: () => options,
  examples: ['baton inbox --as coder', 'baton inbox coder', 'baton inbox coder --follow --ack --as coder'],
  waits: ({ follow }) => follow === true,
  async run(request) {
    const { positionals, given, look, actor, hub, reader } = request
    const [mailbox] = positionals
    // To look into a named mailbox nobody needs a name; to acknowledge, or to ask for one's own, somebody does.
    const open = mailbox === undefined || given['ack'] === true ? await hub() : await reader()
    const whose = mailbox ?? (await ownMailbox(open, await actor()))
    const filter: InboxOptions = {
      ...stretch(given),
      ...(typeof given['from'] === 'string' && { from: given['from'] }),
      ...(typeof given['kind'] === 'string' && { kind: given['kind'] }),
    }
    const acknowledge = given['ack'] === true && given['dry-run'] !== true
    if (given['follow'] === true) {
      const from = await tailed(given, open, (limit) =>
        open.inbox(whose).list({ ...filter, direction: 'backward', limit }),
      )
      return { lines: follow(open, whose, { ...filter, ...from, signal: request.signal }, acknowledge, look) }
    }
    const limit = count(given) ?? 100
    if (given['all'] === true) {
      const every = await everything(open, whose, limit, filter)
      return { json: every, text: every.length === 0 ? 'nothing ever came' : table(every, look) }
    }
    const messages = await open.inbox(whose).list({ ...filter, limit })
    const more = messages.length < limit ? 0 : (await open.inbox(whose).count()) - messages.length
    return {
      json: messages,
      text:
        messages.length === 0 ? 'nothing waits' : table(messages, look) + (more > 0 ? `\n… and ${more} more: -n` : ''),
      ...(acknowledge && messages.length > 0 && { afterwards: () => ackAll(open, whose, messages) }),
    }
  },
}

/** A session's inbox shows its runs' mail too. */
const ownMailbox = async (_hub: Hub, { id }: { readonly id?: string }): Promise<string> => id ?? 'operator'

async function* follow(hub: Hub, whose: string, filter: InboxOptions, ack: boolean, look: Look): AsyncGenerator<Line> {
  const { limit: _, before: __, direction: ___, ...wanted } = filter
  for await (const message of hub.inbox(whose).subscribe(wanted)) {
    const { ack: acknowledge, ...json } = message
    yield { json, text: full(json, look) }
    if (ack) await acknowledge()
  }
}

/** As many to a command as it takes. */
async function ackAll(hub: Hub, whose: string, messages: readonly MessageView[]): Promise<void> {
  const ids = messages.map(({ id }) => id)
  for (let i = 0; i < ids.length; i += 1_000) await hub.inbox(whose).ack(ids.slice(i, i + 1_000))
}

type Delivered = MessageView & { readonly state: string }

/** Every message that was ever delivered there, newest last: page after page of its history. */
async function everything(hub: Hub, whose: string, limit: number, filter: InboxOptions): Promise<Delivered[]> {
  if (whose === 'operator') {
    throw new UsageError('--all needs a session', 'The operator’s is in the log: baton log mailbox-operator')
  }
  const id = whose.replace(/^(session|run):/, '')
  const scope = whose.startsWith('run:') ? { run: id } : { session: id }
  const found: Delivered[] = []
  for (let before = filter.before ?? Infinity; found.length < limit;) {
    const page = await hub.history(scope, { direction: 'backward', limit: 1_000, before, after: filter.after ?? 0 })
    for (const { type, data, position } of page.events) {
      before = position
      if (type !== 'MessageDelivered' || found.length >= limit) continue
      const message = await delivered(hub, whose, data as Delivery, position)
      if (message !== undefined && fits(message, filter)) found.push(message)
    }
    if (!page.more) break
  }
  return found.toReversed()
}

interface Delivery {
  readonly messageId: string
  readonly mailbox: string
  readonly sessionId?: string
}

async function delivered(hub: Hub, whose: string, to: Delivery, position: number): Promise<Delivered | undefined> {
  const { messageId, mailbox, sessionId } = to
  if (whose.startsWith('run:') ? mailbox !== whose : sessionId !== whose.replace(/^session:/, '')) return undefined
  const status = await hub.message(messageId)
  if (status === undefined) return undefined
  const { deliveries, address: _, answeredBy: __, ...view } = status
  return { ...view, position, mailbox, state: deliveries[mailbox]?.state ?? 'pending' }
}

const fits = (message: MessageView, { from, kind }: InboxOptions): boolean =>
  (kind === undefined || message.kind === kind) &&
  (from === undefined || [message.from, message.by.id, message.from.replace(/^session:/, '')].includes(from))

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
  const head = [bold(from.replace(/^session:/, ''), look), kind, taskId, clock(sentAt, look), dim(id, look)]
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
