import type { Hub, LoggedEvent, LogOptions } from '../../index.ts'
import { describe } from '../describe.ts'
import { ago, bold, dim, visible, type Look } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { Line, Options, Verb } from '../verb.ts'

const options: Options = {
  type: { type: 'string', value: 'type', about: 'events of this type alone' },
  actor: { type: 'string', value: 'session', about: 'what this session, or the operator, did' },
  after: { type: 'string', value: 'position', about: 'what came after it' },
  n: { type: 'string', short: 'n', value: 'count', about: 'at most so many' },
}

export const log: Verb = {
  name: 'log',
  summary: 'Every accepted event, in order',
  usage: '[stream]',
  options: () => options,
  examples: ['baton log', 'baton log task-t1', 'baton log --type OwnershipTransferred --json'],
  async run({ positionals, given, look, reader, signal }) {
    const [stream] = positionals
    const wanted: LogOptions = {
      ...(stream !== undefined && { stream }),
      ...(typeof given['type'] === 'string' && { type: given['type'] }),
      ...(typeof given['actor'] === 'string' && { actor: given['actor'] }),
      ...(given['after'] !== undefined && { after: Number(given['after']) }),
      signal,
    }
    return { lines: events(await reader(), wanted, Number(given['n'] ?? Infinity), look) }
  },
}

async function* events(hub: Hub, wanted: LogOptions, limit: number, look: Look): AsyncGenerator<Line> {
  let count = 0
  for await (const event of hub.log(wanted)) {
    if (count++ >= limit) return
    yield { json: event, text: eventLine(event, look) }
  }
}

export const replay: Verb = {
  name: 'replay',
  summary: 'The life of a stream or a task once more, with what each event changed; nothing happens again',
  usage: '[stream]',
  options: () => ({
    task: { type: 'string', value: 'task', about: 'all that concerns a task, its messages included' },
    to: { type: 'string', value: 'position', about: 'the last position' },
  }),
  examples: ['baton replay --task t1', 'baton replay session-coder --json'],
  async run({ positionals, given, look, reader, signal }) {
    const [stream] = positionals
    const { task } = given
    if ((stream === undefined) === (task === undefined))
      throw new UsageError('replay what?', 'A stream, as task-t1, or --task t1.')
    const what = typeof task === 'string' ? { task } : (stream as string)
    return {
      lines: steps(await reader(), what, given['to'] === undefined ? {} : { to: Number(given['to']) }, signal, look),
    }
  },
}

async function* steps(
  hub: Hub,
  what: string | { readonly task: string },
  until: { readonly to?: number },
  signal: AbortSignal,
  look: Look,
): AsyncGenerator<Line> {
  for await (const step of hub.replay(what, { ...until, signal })) {
    yield { json: step, text: [eventLine(step.event, look), ...changes(step.before, step.after, look)].join('\n') }
  }
}

const eventLine = ({ position, at, by, type, data }: LoggedEvent, look: Look): string =>
  `${dim(`#${position}`, look)}  ${ago(at, look)}  ${bold(by.id ?? by.kind, look)}  ${describe(type, data)}`

/** The fields of the document that are not what they were. */
function changes(before: unknown, after: unknown, look: Look): string[] {
  const [from, to] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>]
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((field) => {
    const [was, is] = [JSON.stringify(from[field]), JSON.stringify(to[field])]
    if (was === is) return []
    return [dim(`      ${field}: ${visible(was ?? '–')} → ${visible(is ?? '–')}`, look)]
  })
}
