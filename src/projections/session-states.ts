import { evolveScope, type Scope } from '../domain/state.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** The shared state of each session tree, by the id of its root session. */
export const sessionStates: View<Scope> = { name: 'session-states', version: 1, keys, evolve: evolveScope }

function keys(event: BatonEvent): readonly string[] {
  if (event.type !== 'StateChanged' && event.type !== 'ChildResultMerged') return []
  return event.data.scope === 'session' ? [event.data.id] : []
}
