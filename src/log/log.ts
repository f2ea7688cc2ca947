/**
 * The port: all that Baton asks of a log. Append in one total order, read in that order, and say what is durable.
 * The log holds bytes. Whether a line counts is nobody's opinion but the acceptance rule's (accept.ts).
 */

/** Where to read on; 0 is the beginning. Opaque but for one thing: a later place has the larger cursor. */
export type Cursor = number

/** Everything before this cursor survives what the log promises to survive. */
export type Horizon = Cursor

/** One line to be written: whole, without a line break in it. */
export interface Proposal {
  readonly id: string
  readonly line: Buffer
}

/** One line as it stands in the log. */
export interface Entry {
  /** Names this entry for ever, for `readAt`; reading on from here gives this entry again. */
  readonly ref: Cursor
  /** The cursor behind this entry. */
  readonly next: Cursor
  readonly line: Buffer
}

/** What one look at the log found. */
export interface Page {
  readonly entries: readonly Entry[]
  /** Where to read on: behind the last entry, and behind whatever was skipped. */
  readonly next: Cursor
  /** Nothing stood behind this page when it was read. */
  readonly atEnd: boolean
}

export interface Disposable {
  dispose(): void
}

export interface Log {
  /** No line that is longer can be appended. */
  readonly maxCommitBytes: number
  /** What its messages call it: a file's path, a subject, a table. */
  readonly name: string
  /**
   * Writes the proposals, in one total order with everybody else's, and resolves when a `read` would meet them.
   * It has no opinion on acceptance; a proposal may appear twice, or torn, and the reader copes.
   */
  append(proposals: readonly Proposal[]): Promise<void>
  /** Makes durable what had been appended, by anybody, when it was called. */
  sync(): Promise<Horizon>
  /**
   * The next entries from a cursor on: whole ones, in order; none ever appears before one that was already given to a
   * reader. A page, because awaiting every entry would cost more than judging it; not always a promise, because the
   * news since the last look usually lies in memory. Whoever wants nothing behind the entry at `last` may say so: the page
   * may end there then.
   */
  read(from: Cursor, last?: Cursor): Page | Promise<Page>
  /** One entry, by the reference that `read` gave; the line is the caller's to keep. */
  readAt(ref: Cursor): Promise<Entry>
  /** The end as it is now, with whatever stands there that is no whole entry yet. */
  end(): Promise<Cursor>
  /** A hint that the log may have grown. It may come late or for nothing: it is never the truth. */
  watch(onGrowth: () => void): Disposable
  close(): Promise<void>
}
