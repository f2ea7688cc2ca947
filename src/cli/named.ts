/** What a verb names has to be there; a mistyped name gets the nearest ones. */
import {
  BatonError,
  nearest,
  type ErrorCode,
  type GroupOptions,
  type GroupView,
  type Hub,
  type OpenListOptions,
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

type List = (options: OpenListOptions) => Promise<readonly { readonly id: string }[]>

const NEWEST = 256

/** What somebody may mean: what has not ended, and what came last. */
export async function idsOf(list: List): Promise<string[]> {
  const found = [...(await list({ onlyOpen: true })), ...(await list({ direction: 'backward', limit: NEWEST }))]
  return [...new Set(found.map(({ id }) => id))]
}

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
  const known = await idsOf(hub.sessions)
  return absent('UNKNOWN_SESSION', 'session', id, known, 'See them: baton session list --all')
}

export async function theTask(hub: Hub, id: string): Promise<TaskView> {
  const found = await hub.task(id)
  if (found !== undefined) return found
  return absent('UNKNOWN_TASK', 'task', id, await idsOf(hub.tasks), 'See them: baton task list --all')
}

export async function theRun(hub: Hub, id: string): Promise<RunView> {
  const found = await hub.runs.get(id)
  if (found !== undefined) return found
  const known = (await hub.runs.live()).map((run) => run.id)
  return absent('UNKNOWN_RUN', 'run', id, known, 'See them: baton run list --all')
}

export async function theGroup(hub: Hub, name: string, options: GroupOptions = {}): Promise<GroupView> {
  const found = await hub.group(name, options)
  if (found !== undefined) return found
  return absent('UNKNOWN_GROUP', 'group', name, await idsOf(hub.groups), 'See them: baton group list --all')
}

export async function theThread(hub: Hub, id: string): Promise<void> {
  if ((await hub.message(id)) === undefined)
    absent('UNKNOWN_MESSAGE', 'message', id, [], 'See what was sent: baton log --type MessageSent')
}
