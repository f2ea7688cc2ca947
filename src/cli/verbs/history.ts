import type { HistoryScope, LoggedEvent } from '../../index.ts'
import { asWhoever, theGroup, theRun, theSession, theTask, theThread } from '../named.ts'
import { describe } from '../describe.ts'
import { AT, BOOKMARKS, stretch } from '../moments.ts'
import { ago, bold, columns, dim, type Look } from '../print.ts'
import { EXIT, replaced, UsageError } from '../usage.ts'
import type { Options, Request, Verb } from '../verb.ts'

const options: Options = {
  task: { type: 'string', value: 'task', about: 'what happened to a task, its messages included' },
  session: { type: 'string', value: 'session', about: 'to a session' },
  run: { type: 'string', value: 'run', about: 'to a run' },
  group: { type: 'string', value: 'group', about: 'to a group' },
  thread: { type: 'string', value: 'message', about: 'in a thread: its first message' },
  ...BOOKMARKS,
  reverse: { type: 'boolean', about: 'newest first' },
  n: { type: 'string', short: 'n', value: 'count', about: 'at most so many (100)' },
  ...AT,
}

const SCOPES = 'One of --task <id>, --session <id>, --run <id>, --group <id>, --thread <message>'

/** The name alone: what is called so is looked up, and the line is told that names it. */
async function kindMissing(word: string, request: Request): Promise<UsageError> {
  const hub = await asWhoever(request)
  const looked = await Promise.all([
    hub.task(word),
    hub.session(word),
    hub.runs.get(word),
    // A name that several groups have is none to go by.
    hub.group(word).catch(() => undefined),
    hub.message(word),
  ])
  const kinds = (['task', 'session', 'run', 'group', 'thread'] as const).filter((_, i) => looked[i] !== undefined)
  const [kind] = kinds
  if (kind === undefined) return new UsageError(`nothing is called ${word}`, `${SCOPES}.`, EXIT.notFound)
  const named = kinds.map((each) => (each === 'thread' ? 'message' : each)).join(' and a ')
  return new UsageError(
    `${word} is a ${named}: say so`,
    kinds.length === 1 ? undefined : `${kinds.map((each) => `--${each} ${word}`).join(' or ')}.`,
    EXIT.usage,
    (args) => replaced(args, word, `--${kind} ${word}`),
  )
}

/** Nothing happened, or there is no such thing: a mistyped name is told. */
const KNOWN = { task: theTask, session: theSession, run: theRun, group: theGroup, thread: theThread }

export const history: Verb = {
  name: 'history',
  summary: 'What happened to a task, session, run or group, or in a thread',
  usage: '',
  options: () => options,
  examples: ['baton history --task t1', 'baton history --session coder --reverse -n 20'],
  readsAnyWords: true,
  async run(request) {
    const { positionals, given, look, reader, signal } = request
    const scopes = (['task', 'session', 'run', 'group', 'thread'] as const).filter((name) => given[name] !== undefined)
    const [scope] = scopes
    const [word] = positionals
    if (word !== undefined && scope === undefined) throw await kindMissing(word, request)
    if (word !== undefined) throw new UsageError(`${JSON.stringify(word)} is one word too many`, `${SCOPES}.`)
    if (scope === undefined || scopes.length > 1) throw new UsageError('the history of what?', `${SCOPES}.`)
    const id = String(given[scope])
    const hub = scope === 'group' ? await asWhoever(request) : await reader()
    const named = scope === 'group' ? (await theGroup(hub, id)).id : id
    const page = await hub.history({ [scope]: named } as unknown as HistoryScope, {
      ...stretch(given),
      signal,
    })
    if (page.events.length === 0) await KNOWN[scope](hub, id)
    const more = page.more ? `\n${dim('… there is more: -n, --after, --before', look)}` : ''
    return { json: page, text: page.events.length === 0 ? 'nothing yet' : eventTable(page.events, look) + more }
  },
}

function eventTable(events: readonly LoggedEvent[], look: Look): string {
  return columns(
    events.map(({ position, at, by, type, data }) => [
      dim(`#${position}`, look),
      ago(at, look),
      bold(by.run === undefined ? (by.id ?? by.kind) : `${by.id ?? by.kind}/${by.run}`, look),
      describe(type, data),
    ]),
  )
}
