import type { LoggedEvent } from '../../index.ts'
import { eventLine, rawLine, shortLine } from '../events.ts'
import { AT, BOOKMARKS, stretch, tailed } from '../moments.ts'
import { nothingOn, orNothing } from '../nothing.ts'
import { ago, clock } from '../print.ts'
import type { Line, Options, Verb } from '../verb.ts'

const options: Options = {
  type: { type: 'string', value: 'type', about: 'events of this type alone' },
  actor: { type: 'string', value: 'session', about: 'what this session, or the operator, did' },
  ...BOOKMARKS,
  n: {
    type: 'string',
    short: 'n',
    value: 'count',
    about: 'at most so many; with --follow: the last so many, then those to come',
  },
  reverse: { type: 'boolean', about: 'newest first' },
  follow: { type: 'boolean', short: 'f', about: 'go on as events come' },
  oneline: { type: 'boolean', about: 'a short line each' },
  raw: { type: 'boolean', about: 'as they are stored' },
  ...AT,
}

export const log: Verb = {
  name: 'log',
  summary: 'Every accepted event, in order, and with --follow those to come',
  usage: '[stream]',
  options: () => options,
  examples: [
    'baton log --reverse -n 20',
    'baton log task-t1 --oneline',
    'baton log --type OwnershipTransferred --follow --json',
  ],
  waits: ({ follow }) => follow === true,
  async run({ positionals, given, look, reader, signal }) {
    const [stream] = positionals
    const { type, actor, follow, oneline, raw } = given
    const line = (event: LoggedEvent): string => {
      if (raw === true) return rawLine(event)
      if (oneline === true) return shortLine(event, look, process.stdout.columns)
      return eventLine(event, look, follow === true ? clock : ago)
    }
    const { direction, ...wanted } = stretch(given)
    const hub = await reader()
    const filter = {
      ...wanted,
      ...(stream !== undefined && { stream }),
      ...(typeof type === 'string' && { type }),
      ...(typeof actor === 'string' && { actor }),
      signal,
    }
    const events = hub.log({
      ...filter,
      ...(direction === 'backward' && { direction }),
      ...(follow === true && { follow }),
      ...(await tailed(given, hub, (limit) => hub.log({ ...filter, direction: 'backward', limit }))),
    })
    const nothing = stream === undefined ? 'nothing found' : nothingOn(stream)
    const found = lines(events, line)
    return { lines: follow === true ? found : orNothing(found, nothing) }
  },
}

async function* lines(events: AsyncIterable<LoggedEvent>, line: (event: LoggedEvent) => string): AsyncGenerator<Line> {
  for await (const event of events) yield { json: event, text: line(event) }
}
