/** Shared state as a session, or a run, reads it. */
import { unknownSession } from '../domain/find.ts'
import { readable, type Readable } from '../domain/state.ts'
import type { Freshness, Reading } from './reading.ts'

/** Shared state as a session or a run reads it. */
export interface StateView {
  readonly scope: 'session' | 'run'
  readonly id: string
  readonly values: Readonly<Record<string, unknown>>
  /** The same with version, layer and the hand that wrote each. */
  readonly entries: Readonly<Record<string, Readable>>
}

/** `id` is a session's, or a run's where no session is called so; a session reads the state of its root session. */
export async function state(reading: Reading, id: string, options: Freshness = {}): Promise<StateView> {
  return reading.ask(options, () => stateView(reading, id))
}

function stateView({ states }: Reading, id: string): StateView {
  const session = states.session(id)
  if (session !== undefined) {
    const root = session.rootSessionId
    return view('session', root, readable({ own: states.sessionState(root) }))
  }
  const run = states.run(id)
  if (run === undefined) return unknownSession(states, id)
  const shared = run.context === 'shared' ? states.sessionState(run.rootSessionId) : undefined
  return view('run', id, readable({ own: states.work(id)?.own, run, session: shared }))
}

function view(scope: 'session' | 'run', id: string, read: ReadonlyMap<string, Readable>): StateView {
  const entries = [...read].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return structuredClone({
    scope,
    id,
    values: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
    entries: Object.fromEntries(entries),
  })
}
