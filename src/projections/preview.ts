/** What the documents would be, had these events been accepted: for a command that is asked for show. */
import type { BatonEvent, Fact } from '../events/catalog.ts'
import type { States } from '../domain/world.ts'
import { viewCatalog, type DocOf, type ViewName } from './catalog.ts'
import type { Replica } from './replica.ts'
import { statesOf } from './states.ts'
import { keysFor, type View } from './view.ts'

/** Folds the facts over copies of the documents that they touch; nothing of the replica's changes. */
export function preview(
  replica: Pick<Replica, 'get'>,
  head: { readonly position: number; readonly at: string },
  at: string,
  by: BatonEvent['by'],
): {
  states: States
  fold: (facts: readonly Fact[]) => void
} {
  const changed = new Map<string, unknown>()
  let last = head.position

  function get<Name extends ViewName>(view: Name, key: string): DocOf<Name> | undefined {
    const id = `${view} ${key}`
    return changed.has(id) ? (changed.get(id) as DocOf<Name> | undefined) : replica.get(view, key)
  }

  function fold(facts: readonly Fact[]): void {
    for (const [index, { stream, type, data }] of facts.entries()) {
      const place = { stream, version: 0, position: ++last, commit: '', at, by, ref: 0, index }
      const event = { ...place, type, data: structuredClone(data) } as BatonEvent
      for (const [name, view] of Object.entries(viewCatalog) as [ViewName, View<unknown>][]) {
        for (const key of keysFor(view, type)?.(event) ?? []) {
          const id = `${name} ${key}`
          const doc = changed.has(id) ? changed.get(id) : structuredClone(replica.get(name, key))
          changed.set(id, view.evolve(doc, event, key))
        }
      }
    }
  }

  return {
    states: statesOf(
      { get, text: () => undefined },
      () => last,
      // Time goes on with what is folded here.
      () => (last > head.position && at > head.at ? at : head.at),
    ),
    fold,
  }
}
