/** A view is a keyed fold and nothing else. */
import type { BatonEvent } from '../events/catalog.ts'

export interface View<Doc> {
  readonly name: string
  /** Raised when `keys` or `evolve` change: the view is folded anew. */
  readonly version: number
  /** The documents that an event touches. */
  readonly keys: (event: BatonEvent) => readonly string[]
  /**
   * The document after the event. It belongs to the fold, which may change it in place: nobody else holds it. Total and
   * without any other effect; a function of the document and the event alone.
   */
  readonly evolve: (doc: Doc | undefined, event: BatonEvent, key: string) => Doc | undefined
}
