/**
 * Ids by their beginning. Those that Baton makes begin with the time at which it made them, so that the first letters say
 * in which part of the log to look: six of them leave a quarter of an hour, ten a millisecond. What callers name is typed
 * in full: build-1 is not build-10.
 */
import type { Command, Hub } from '../index.ts'
import { EXIT, UsageError } from './usage.ts'

type Kind = 'message' | 'run' | 'commit'

/** What one id of this kind is looked at with. */
const LOOK: Readonly<Record<Kind, string>> = {
  message: 'baton show message:',
  run: 'baton run show ',
  commit: 'baton show commit:',
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BEGINNING = new RegExp(`^[0-7][${LETTERS}]{5,24}$`)
const WHOLE = new RegExp(`^[0-7][${LETTERS}]{25}$`)
/** So many letters of an id are its time, in milliseconds. */
const TIME = 10

/**
 * The one id that begins like this; undefined where none does. Kinds are tried in turn: a message and the commit that
 * sent it were made in one millisecond, and often differ in their last letter alone.
 */
export async function wholeId(
  hub: Hub,
  kinds: readonly (readonly Kind[])[],
  typed: string,
  signal?: AbortSignal,
): Promise<{ readonly kind: Kind; readonly id: string } | undefined> {
  if (!BEGINNING.test(typed)) return undefined
  const found = await begunWith(hub, typed, signal)
  for (const together of kinds) {
    const alike = together.flatMap((kind) => [...found[kind]].map((id) => ({ kind, id })))
    if (alike.length > 1) throw ambiguous(typed, alike)
    if (alike[0] !== undefined) return alike[0]
  }
  return undefined
}

const FEW = 10

function ambiguous(typed: string, alike: readonly { readonly kind: Kind; readonly id: string }[]): UsageError {
  const [first] = alike as [{ kind: Kind; id: string }]
  const kinds = [...new Set(alike.map(({ kind }) => kind))]
  const left = alike.length - FEW
  const ids = alike.slice(0, FEW).map(({ id }) => id)
  return new UsageError(
    `${alike.length} ${kinds.map((kind) => `${kind}s`).join(' and ')} begin with ${typed}: ` +
      `${ids.join(', ')}${left > 0 ? ` and ${left} more` : ''}`,
    `Type more of it; to look at the first: ${LOOK[first.kind]}${first.id}`,
    EXIT.usage,
  )
}

/** Clocks are not the same everywhere, and a commit that was beaten is written again later. */
const SLACK_MS = 60_000

async function begunWith(hub: Hub, typed: string, signal?: AbortSignal): Promise<Record<Kind, Set<string>>> {
  const found = { message: new Set<string>(), run: new Set<string>(), commit: new Set<string>() }
  const add = (kind: Kind, id: unknown): void => {
    if (typeof id === 'string' && id.startsWith(typed) && WHOLE.test(id)) found[kind].add(id)
  }
  const after = await lastBefore(hub, timeOf(typed, '0') - SLACK_MS, signal)
  const until = timeOf(typed, 'Z') + SLACK_MS
  for await (const { type, at, commit, data } of hub.log({ after, ...(signal && { signal }) })) {
    if (Date.parse(at) > until) break
    add('commit', commit)
    if (type === 'MessageSent') add('message', (data as { messageId?: unknown }).messageId)
    if (type === 'RunStarted') add('run', (data as { runId?: unknown }).runId)
  }
  return found
}

/** The first or the last millisecond in which an id was made that begins like this. */
const timeOf = (typed: string, rest: '0' | 'Z'): number =>
  Array.from(typed.slice(0, TIME).padEnd(TIME, rest)).reduce((time, c) => time * 32 + LETTERS.indexOf(c), 0)

/** The last position that is older, by halves: a look at the log each. */
async function lastBefore(hub: Hub, time: number, signal?: AbortSignal): Promise<number> {
  let [low, high] = [0, hub.head.position]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const commit = await hub.commit(middle, signal && { signal })
    if (commit !== undefined && Date.parse(commit.at) < time) low = middle
    else high = middle - 1
  }
  return low
}

/** The fields of commands that name a message or a run that is there. */
const NAMES: Readonly<Record<string, Kind>> = {
  messageId: 'message',
  messageIds: 'message',
  inReplyTo: 'message',
  runId: 'run',
  parentRunId: 'run',
  childRunId: 'run',
}

/** The command with whole ids in the place of beginnings; undefined where none of its words is one. */
export async function withWholeIds(command: Command, hub: Hub, signal?: AbortSignal): Promise<Command | undefined> {
  let isChanged = false
  const whole = async (kind: Kind, typed: string): Promise<string> => {
    if (await isThere(hub, kind, typed)) return typed
    const found = await wholeId(hub, [[kind]], typed, signal)
    isChanged ||= found !== undefined
    return found?.id ?? typed
  }
  const fields: Record<string, unknown> = {}
  for (const [field, held] of Object.entries(command)) {
    const kind = command.type === 'StartRun' && field === 'runId' ? undefined : NAMES[field]
    if (kind === undefined) fields[field] = held
    else if (typeof held === 'string') fields[field] = await whole(kind, held)
    else if (Array.isArray(held)) {
      const ids: string[] = []
      for (const typed of held as string[]) ids.push(await whole(kind, typed))
      fields[field] = ids
    } else fields[field] = held
  }
  return isChanged ? (fields as unknown as Command) : undefined
}

const isThere = async (hub: Hub, kind: Kind, id: string): Promise<boolean> =>
  (kind === 'message' ? await hub.message(id) : await hub.runs.get(id)) !== undefined
