/** A view is a keyed fold and nothing else. */
import type { BatonEvent, EventType } from '../events/catalog.ts'

/** The documents that an event touches, by its type; types that are not there touch none. */
export type Keys = { readonly [Type in EventType]?: (event: BatonEvent<Type>) => readonly string[] }
/** The same for a view that asks for nearly all of them. */
type KeysByType = (type: string) => KeysOfEvent | undefined

export interface View<Doc> {
  readonly name: string
  /** Raised when `keys` or `evolve` change: the view is folded anew. */
  readonly version: number
  readonly keys: Keys | KeysByType
  /**
   * The document after the event. It belongs to the fold, which may change it in place: nobody else holds it. Total and
   * without any other effect; a function of the document and the event alone.
   */
  readonly evolve: (doc: Doc | undefined, event: BatonEvent, key: string) => Doc | undefined
  /** Of a document that grows with the log: what leaves it and never changes again, as a document of its own. */
  readonly spill?: (doc: Doc, key: string) => Spilled | undefined
}

/** A document that left another one. */
export interface Spilled {
  readonly key: string
  readonly doc: unknown
}

type KeysOfEvent = (event: BatonEvent) => readonly string[]

/** A view's keys for one type of event. */
export function keysFor({ keys }: View<unknown>, type: string): KeysOfEvent | undefined {
  if (typeof keys === 'function') return keys(type)
  return Object.hasOwn(keys, type) ? (keys[type as EventType] as KeysOfEvent) : undefined
}
