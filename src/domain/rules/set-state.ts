/** Writing shared state. */
import type { SetState } from '../../commands/set-state.ts'
import { acting, notAllowed } from '../acting.ts'
import { of, type Dict } from '../dict.ts'
import { liveRun, openSession, unknownSession } from '../find.ts'
import { refuse } from '../refuse.ts'
import type { Run } from '../run.ts'
import { sizeOf, stateStream, versionOf, type Scope } from '../state.ts'
import { workStream } from '../work.ts'
import type { Context, Decide, World } from '../world.ts'

export const decideSetState: Decide<SetState> = (command, world, context) => {
  const by = acting(world, context)
  const { scope, id, set = {}, remove = [], expect } = command
  const run = scope === 'run' ? liveRun(world, id) : undefined
  const root = run?.rootSessionId ?? rootOf(id, world)
  if (!by.operator && by.session?.rootSessionId !== root) {
    notAllowed(by, `write the state of ${scope} ${id}`, 'The sessions of its tree')
  }
  if (run === undefined) for (const each of new Set([root, id])) openSession(world, each)
  // Writers of different keys do not disturb each other: the versions are relied on where they are expected.
  const states = expect === undefined ? world.peek : world
  const current = run === undefined ? states.sessionState(root) : states.work(run.id)?.own
  assertVersions(expect, current, id)
  const gone = [...new Set(remove)].filter((key) => !Object.hasOwn(set, key))
  assertRoom(set, current, context, gone)
  if (Object.keys(set).length === 0 && gone.length === 0) return []
  const target = run === undefined ? { scope, id: root } : { scope, id }
  const stream = run === undefined ? stateStream(root) : workStream(id)
  const base = run === undefined ? undefined : fellThrough(run, [...Object.keys(set), ...gone], current, world)
  return [{ stream, type: 'StateChanged', data: { ...target, set, remove: gone, ...(base !== undefined && { base }) } }]
}

/** A session's state is that of its root session. */
function rootOf(id: string, world: World): string {
  // Which tree a session stands in never changes.
  return (world.peek.session(id) ?? unknownSession(world.peek, id)).rootSessionId
}

function assertVersions(
  expect: Readonly<Record<string, number>> | undefined,
  current: Scope | undefined,
  id: string,
): void {
  const wrong = Object.entries(expect ?? {})
    .map(([key, expected]) => ({ key, expected, version: versionOf(current, key), by: of(current?.keys, key)?.by }))
    .filter(({ expected, version }) => expected !== version)
  if (wrong.length === 0) return
  const [first] = wrong as [(typeof wrong)[number], ...typeof wrong]
  refuse('STATE_VERSION', `${first.key} of ${id} is at version ${first.version}, not ${first.expected}`, {
    details: { id, keys: wrong },
    hint: `Read it again: baton state ${id} ${first.key}`,
  })
}

export function assertRoom(
  set: Readonly<Record<string, unknown>>,
  current: Scope | undefined,
  { limits }: Context,
  gone: readonly string[] = [],
): void {
  let bytes = current?.bytes ?? 0
  for (const key of Object.keys(set)) {
    const size = sizeOf(key, set[key])
    if (size > limits.valueBytes) {
      refuse('PAYLOAD_TOO_LARGE', `${key} has ${size} bytes; the limit of a value is ${limits.valueBytes}`, {
        details: { key, limit: limits.valueBytes, size },
        hint: 'Put it into a file, and keep where it lies.',
      })
    }
    bytes += size - (of(current?.keys, key)?.bytes ?? 0)
  }
  for (const key of gone) bytes += key.length - (of(current?.keys, key)?.bytes ?? 0)
  // What makes it smaller is never refused: else nobody could get below the limit again.
  if (bytes <= limits.scopeBytes || bytes < (current?.bytes ?? 0)) return
  refuse('LIMIT_EXCEEDED', `the state would have ${bytes} bytes; the limit is ${limits.scopeBytes}`, {
    details: { limit: limits.scopeBytes, size: bytes },
  })
}

/** What a run that shares the session's state read there before its own first write: the base of a later merge. */
export function fellThrough(
  run: Run,
  keys: readonly string[],
  own: Scope | undefined,
  world: World,
): Dict<unknown> | undefined {
  if (run.context !== 'shared') return undefined
  const session = world.peek.sessionState(run.rootSessionId)
  const base: Dict<unknown> = {}
  for (const key of keys) {
    const known = of(own?.keys, key) !== undefined || of(run.seed?.values, key) !== undefined
    const entry = known ? undefined : of(session?.keys, key)
    if (entry !== undefined && entry.removed !== true) base[key] = entry.value
  }
  return Object.keys(base).length === 0 ? undefined : base
}
