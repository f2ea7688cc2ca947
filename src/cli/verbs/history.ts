import type { HistoryScope, LoggedEvent } from '../../index.ts'
import { asWhoever, theGroup, theRun, theSession, theTask, theThread } from '../named.ts'
import { describe } from '../describe.ts'
import { AT, BOOKMARKS, stretch } from '../moments.ts'
import { ago, bold, columns, dim, type Look } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { Options, Verb } from '../verb.ts'

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

/** Nothing happened, or there is no such thing: a mistyped name is told. */
const KNOWN = { task: theTask, session: theSession, run: theRun, group: theGroup, thread: theThread }

export const history: Verb = {
  name: 'history',
  summary: 'What happened to a task, session, run or group, or in a thread',
  usage: '',
  options: () => options,
  examples: ['baton history --task t1', 'baton history --session coder --reverse -n 20'],
  async run(request) {
    const { given, look, reader, signal } = request
    const scopes = (['task', 'session', 'run', 'group', 'thread'] as const).filter((name) => given[name] !== undefined)
    const [scope] = scopes
    if (scope === undefined || scopes.length > 1) {
      throw new UsageError(
        'the history of what?',
        'One of --task <id>, --session <id>, --run <id>, --group <id>, --thread <message>.',
      )
    }
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
