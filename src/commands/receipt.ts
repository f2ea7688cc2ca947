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

/** An event of a commit; the ids that were made for it are in its data. */
export interface ReceiptEvent {
  readonly type: string
  readonly stream: string
  readonly version: number
  readonly position: number
  readonly data: unknown
}

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
      copied ??= events.map(({ s, t, d }, i) => ({
        type: t,
        stream: s,
        version: versions[i] as number,
        position: position + i,
        data: structuredClone(d),
      }))
      return copied
    },
  }
}
