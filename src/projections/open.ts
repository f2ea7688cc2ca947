import { of, type Dict } from '../domain/dict.ts'
import type { BatonEvent } from '../events/catalog.ts'
import { hashKey } from './snapshots/key-hash.ts'
import type { View } from './view.ts'

const ID = { session: 'sessionId', task: 'taskId', run: 'runId', group: 'groupId' } as const
export type OpenKind = keyof typeof ID

const ENDS: ReadonlySet<string> = new Set([
  'SessionClosed',
  'TaskClosed',
  'RunCompleted',
  'RunFailed',
  'RunCancelled',
  'GroupDisbanded',
])

/** So many documents to a kind: one alone would be written anew with all that is open for each that opens. */
const SHARES = 16

const shareKey = (kind: OpenKind, share: number): string => `${kind} ${share}`
const shareOf = (kind: OpenKind, id: string): string => shareKey(kind, (hashKey(id).low >>> 0) % SHARES)

const idIn = (kind: OpenKind, { data }: { readonly data: object }): string =>
  (data as Readonly<Record<string, string>>)[ID[kind]] as string

const keysOf = (kind: OpenKind) => (event: BatonEvent) => [shareOf(kind, idIn(kind, event))]
const [session, task, run, group] = [keysOf('session'), keysOf('task'), keysOf('run'), keysOf('group')]

/** By its id, the position at which it began. */
export type Opened = Dict<number>

/** Who is opened again began before the event that says so. */
const EARLIER = 0

/** What has not ended, so that nobody looks through all that has. */
export const open: View<Opened> = {
  name: 'open',
  version: 1,
  keys: {
    SessionOpened: session,
    SessionReopened: session,
    SessionClosed: session,
    TaskOpened: task,
    TaskClosed: task,
    RunStarted: run,
    RunCompleted: run,
    RunFailed: run,
    RunCancelled: run,
    GroupFormed: group,
    GroupDisbanded: group,
  },
  evolve,
}

function evolve(opened: Opened = {}, event: BatonEvent, key: string): Opened | undefined {
  const id = idIn(key.slice(0, key.indexOf(' ')) as OpenKind, event)
  if (ENDS.has(event.type)) return without(opened, id)
  opened[id] = of(opened, id) ?? (event.type === 'SessionReopened' ? EARLIER : event.position)
  return opened
}

function without(opened: Opened, id: string): Opened | undefined {
  delete opened[id]
  for (const _ in opened) return opened
  return undefined
}

type Get = (key: string) => Opened | undefined

/** Whether it is there and has not ended. */
export const isOpen = (get: Get, kind: OpenKind, id: string): boolean => of(get(shareOf(kind, id)), id) !== undefined

/** All that has not ended, in no order; without the position where it had ended before. */
export function* openOnes(get: Get, kind: OpenKind): Generator<readonly [id: string, position: number | undefined]> {
  for (let share = 0; share < SHARES; share++) {
    for (const [id, position] of Object.entries(get(shareKey(kind, share)) ?? {})) {
      yield [id, position === EARLIER ? undefined : position]
    }
  }
}
