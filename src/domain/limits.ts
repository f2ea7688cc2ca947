/** What a hub takes. Options of the hub; over one of them nothing is written. */
export interface Limits {
  /** Body and data of a message together, the result of a run, a note. */
  readonly payloadBytes: number
  /** One value of shared state. */
  readonly valueBytes: number
  /** All values of one session's or run's state. */
  readonly scopeBytes: number
  /** Unacknowledged messages in one mailbox; the operator's has no limit. */
  readonly inbox: number
  /** Of the tree of sessions, and of the tree of runs. */
  readonly depth: number
  /** Participants of a task, members of a group. */
  readonly members: number
  /** Items of a round; and items that wait for one run. */
  readonly items: number
  readonly commitEvents: number
  readonly commitBytes: number
}

/** What a hub takes if nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  payloadBytes: 64 * 1024,
  valueBytes: 64 * 1024,
  scopeBytes: 1024 * 1024,
  inbox: 1_000,
  depth: 8,
  members: 1_000,
  items: 200,
  commitEvents: 2_000,
  commitBytes: 4 * 1024 * 1024,
}

/** Labels, subjects and other short texts, in characters. */
export const SHORT_TEXT = 200
/** What a path may have where Linux reads it. */
export const PATH_LENGTH = 4_096
