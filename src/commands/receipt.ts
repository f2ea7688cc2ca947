import type { EventData, EventType } from '../events/catalog.ts'
import type { StoredEvent } from '../log/commit.ts'

/** What became of a command. */
export interface Receipt {
  /** The commit that did it; none where there was nothing to do. */
  readonly commit: string | undefined
  /** Of its last event; the view of whoever reads `atLeast` here shows it. */
  readonly position: number
  /** It had been done before, under this key. */
  readonly duplicate: boolean
  readonly events: readonly ReceiptEvent[]
  /** What was written on the way, where it took several commits: this receipt is that of the last. */
  readonly steps?: readonly Receipt[]
}

/** An event of a commit; the ids that were made for it are in its data, which its type tells the shape of. */
export type ReceiptEvent<Type extends EventType = EventType> = {
  readonly [T in Type]: {
    readonly type: T
    readonly stream: string
    readonly version: number
    readonly position: number
    readonly data: EventData<T>
  }
}[Type]

export function receiptFrom(
  commit: string,
  events: readonly StoredEvent[],
  position: number,
  versions: readonly number[],
): Receipt {
  let copied: readonly ReceiptEvent[] | undefined
  return {
    commit,
    position: position + events.length - 1,
    duplicate: false,
    /** Copied when somebody looks: the views hold the same objects, and a receipt is the caller's. */
    get events() {
      copied ??= events.map(({ s, t, d }, i) => {
        const event = { type: t, stream: s, version: versions[i], position: position + i, data: structuredClone(d) }
        // Written by a command: its events are of the catalogue, each with the data of its type.
        return event as ReceiptEvent
      })
      return copied
    },
  }
}
