import { evolveScope, type Scope } from '../domain/state.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

const ofSession = ({ data }: BatonEvent<'StateChanged' | 'ChildResultMerged'>): readonly string[] =>
  data.scope === 'session' ? [data.id] : []

/** The shared state of each session tree, by the id of its root session. */
export const sessionStates: View<Scope> = {
  name: 'session-states',
  version: 1,
  keys: { StateChanged: ofSession, ChildResultMerged: ofSession },
  evolve: evolveScope,
}
