/** What a verb names has to be there; a mistyped name gets the nearest ones. */
import {
  BatonError,
  nearest,
  type ErrorCode,
  type GroupOptions,
  type GroupView,
  type Hub,
  type RunView,
  type SessionView,
  type TaskView,
} from '../exports.ts'
import type { Request } from './verb.ts'

/** One's own root session's group is meant by its bare name; who is nobody names the root session too. */
export const asWhoever = async ({ actor, hub, reader }: Request): Promise<Hub> =>
  actor().then(
    () => hub(),
    () => reader(),
  )

function absent(code: ErrorCode, what: string, id: string, known: readonly string[], otherwise: string): never {
  const near = nearest(id, known)
  throw new BatonError(code, `there is no ${what} ${id}`, {
    details: { id, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : otherwise,
  })
}

export async function theSession(hub: Hub, id: string): Promise<SessionView> {
  const found = await hub.session(id)
  if (found !== undefined) return found
  const known = (await hub.sessions()).map((session) => session.id)
  return absent('UNKNOWN_SESSION', 'session', id, known, 'See them: baton session list --all')
}

export async function theTask(hub: Hub, id: string): Promise<TaskView> {
  const found = await hub.task(id)
  if (found !== undefined) return found
  return absent(
    'UNKNOWN_TASK',
    'task',
    id,
    (await hub.tasks()).map((task) => task.id),
    'See them: baton task list --all',
  )
}

export async function theRun(hub: Hub, id: string): Promise<RunView> {
  const found = await hub.runs.get(id)
  if (found !== undefined) return found
  const known = (await hub.sessions()).flatMap(({ liveRuns }) => liveRuns)
  return absent('UNKNOWN_RUN', 'run', id, known, 'See those of a session: baton session show <session>')
}

export async function theGroup(hub: Hub, name: string, options: GroupOptions = {}): Promise<GroupView> {
  const found = await hub.group(name, options)
  if (found !== undefined) return found
  const known = (await hub.groups()).map(({ id }) => id)
  return absent('UNKNOWN_GROUP', 'group', name, known, 'See them: baton group list')
}

export async function theThread(hub: Hub, id: string): Promise<void> {
  if ((await hub.message(id)) === undefined)
    absent('UNKNOWN_MESSAGE', 'message', id, [], 'See what was sent: baton log --type MessageSent')
}
