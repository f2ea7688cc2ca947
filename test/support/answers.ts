/** Every question that a hub answers, asked of all that is in it. */
import type { Hub } from '../../src/hub.ts'
import { isBatonError } from '../../src/errors.ts'
import type { HistoryScope } from '../../src/queries/history.ts'
import type { WhySubject } from '../../src/queries/why-subjects.ts'
import { answersOf, eventsOf } from './histories.ts'

/** What is refused is an answer too. */
const orCode = <Answer>(asked: Promise<Answer>): Promise<Answer | string> =>
  asked.catch((error: unknown) => {
    if (isBatonError(error)) return error.code
    throw error
  })

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

const each = async <T, A>(items: readonly T[], ask: (item: T) => Promise<A>): Promise<A[]> => {
  const answers: A[] = []
  for (const item of items) answers.push(await ask(item))
  return answers
}

/** How many of those questions to ask that scan the whole log. */
export interface Depth {
  readonly whys: number
}

export async function everyAnswer(hub: Hub, { whys }: Depth = { whys: 3 }): Promise<object> {
  const events = await eventsOf(hub)
  const named = (field: string): string[] => [
    ...new Set(
      events.flatMap(({ data }) => {
        const value = (data as Record<string, unknown>)[field]
        return typeof value === 'string' ? [value] : []
      }),
    ),
  ]
  const [tasks, sessions, runs, threads, groups, messages] = [
    'taskId',
    'sessionId',
    'runId',
    'threadId',
    'groupId',
    'messageId',
  ].map(named) as [string[], string[], string[], string[], string[], string[]]
  const scopes: HistoryScope[] = [
    ...tasks.map((task) => ({ task })),
    ...sessions.map((session) => ({ session })),
    ...runs.map((run) => ({ run })),
    ...threads.map((thread) => ({ thread })),
    ...groups.map((group) => ({ group })),
  ]
  const subjects: WhySubject[] = [
    ...tasks.slice(0, whys).map((task) => ({ task })),
    ...sessions.slice(0, whys).map((session) => ({ session })),
    ...runs.slice(0, whys).map((run) => ({ run })),
    ...messages.slice(0, whys).map((message) => ({ message })),
    ...groups.slice(0, whys).map((group) => ({ group })),
  ]
  const streams = [...new Set(events.map(({ stream }) => stream))]
  return {
    ...(await answersOf(hub)),
    histories: await each(scopes, (scope) => hub.history(scope, { limit: 1_000 })),
    newest: await each(scopes, (scope) => hub.history(scope, { direction: 'backward', limit: 2 })),
    counts: await each(sessions, (id) => orCode(hub.inbox(id).count())),
    mail: await each(runs, (id) => orCode(hub.inbox(`run:${id}`).list())),
    trees: await each(runs, (id) => orCode(hub.runs.tree(id))),
    states: await each(runs, (id) => orCode(hub.state(id).get())),
    groups: await each(groups, (id) => orCode(hub.group(id))),
    firstRounds: await each(groups, (id) => orCode(hub.group(id, { round: 1 }))),
    replays: await each(streams, (stream) => all(hub.replay(stream))),
    lives: await each(tasks, (task) => all(hub.replay({ task }))),
    whys: await each(subjects, (subject) => orCode(hub.why(subject))),
    foreign: await each(
      streams.filter((stream) => stream.startsWith('x-')),
      async (stream) => emmett(await hub.eventStore.readStream(stream.slice(2))),
    ),
  }
}

/** Its numbers are of a kind that JSON has no words for. */
const emmett = (read: unknown): unknown =>
  JSON.parse(JSON.stringify(read, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)))
