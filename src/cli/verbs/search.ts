import type { FoundMessage, SearchScope } from '../../index.ts'
import { BOOKMARKS, stretch } from '../moments.ts'
import { ago, bold, cyan, dim, oneLine, type Look } from '../print.ts'
import { orNothing } from '../nothing.ts'
import { UsageError } from '../usage.ts'
import type { Line, VerbBody } from '../verb.ts'

const SCOPES = ['task', 'thread', 'mailbox', 'from'] as const

export const search: VerbBody = {
  more: 'The case of letters does not matter; each is shown as it is found.',
  options: () => ({
    task: { type: 'string', value: 'task', about: 'about this task alone' },
    thread: { type: 'string', value: 'message', about: 'in the thread that it began' },
    mailbox: { type: 'string', value: 'mailbox', about: 'sent there' },
    from: { type: 'string', value: 'session', about: 'sent from there' },
    ...BOOKMARKS,
    n: { type: 'string', short: 'n', value: 'count', about: 'at most so many' },
    reverse: { type: 'boolean', about: 'newest first' },
  }),
  examples: ['baton search schema --reverse -n 5', 'baton search "merge conflict" --task t1 --json'],
  async run({ positionals, given, look, reader, signal }) {
    const text = positionals.join(' ')
    const scopes = SCOPES.filter((name) => given[name] !== undefined)
    if (scopes.length > 1) throw new UsageError('search where?', `One of ${scopes.map((s) => `--${s}`).join(', ')}.`)
    const [scope] = scopes
    const where = scope === undefined ? {} : { in: { [scope]: String(given[scope]) } as unknown as SearchScope }
    const hub = await reader()
    const hits = hub.search(text, { ...stretch(given), ...where, signal })
    return { lines: orNothing(lines(hits, text, look), 'nothing found') }
  },
}

async function* lines(hits: AsyncIterable<FoundMessage>, text: string, look: Look): AsyncGenerator<Line> {
  for await (const hit of hits) yield { json: hit, text: hitLine(hit, text, look) }
}

const plain = (mailbox: string): string => mailbox.replace(/^session:/, '')

function hitLine(
  { position, id, sentAt, from, to, taskId, subject, body }: FoundMessage,
  text: string,
  look: Look,
): string {
  const goals = to.length === 1 ? plain(to[0] ?? '') : `${to.length} mailboxes`
  const head = [
    dim(`#${position}`, look),
    ago(sentAt, look),
    `${bold(plain(from), look)} → ${goals}`,
    ...(taskId === undefined ? [] : [cyan(taskId, look)]),
    dim(id, look),
  ]
  return `${head.join('  ')}\n      ${excerpt(subject === undefined ? body : `${subject}: ${body}`, text)}`
}

const AROUND = 40

/** The text with what stands around it. */
function excerpt(body: string, text: string): string {
  const at = Math.max(0, body.toLowerCase().indexOf(text.toLowerCase()))
  const from = Math.max(0, at - AROUND)
  const part = body.slice(from, at + text.length + AROUND)
  return `${from > 0 ? '…' : ''}${oneLine(part, text.length + 2 * AROUND)}${from + part.length < body.length ? '…' : ''}`
}
