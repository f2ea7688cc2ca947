/** What the checks look at: read once, at one time, with nothing changed. */
import type { BatonError, DeadLetterView, GroupView, Report, RunView, SessionView, TaskView } from '../../index.ts'
import type { TimerView, ViewsStatus } from '../../index.ts'
import type { Typed } from '../typed.ts'

export interface FileFact {
  readonly path: string
  readonly isDirectory: boolean
  /** The permission bits. */
  readonly mode: number
  readonly uid: number
}

/** What there is in the hub, once it could be opened. */
export interface HubFacts {
  readonly position: number
  /** The time of the newest event. */
  readonly at: string
  readonly damage?: BatonError
  readonly views: ViewsStatus
  /** Those that are not closed, and whoever owns one of the tasks. */
  readonly sessions: readonly SessionView[]
  /** Those that are not closed. */
  readonly tasks: readonly TaskView[]
  /** Those that were not disbanded. */
  readonly groups: readonly GroupView[]
  /** Those that items of open rounds are bound to. */
  readonly runs: ReadonlyMap<string, RunView>
  readonly timers: readonly TimerView[]
  readonly deadLetters: readonly DeadLetterView[]
  /** How much waits in each mailbox that is worth a look. */
  readonly mailboxes: ReadonlyMap<string, number>
}

export interface Facts {
  readonly now: number
  readonly dir: string
  readonly files: readonly FileFact[]
  /** Who looks; undefined where there are no users. */
  readonly me: number | undefined
  /** On which appends are kept in no order. */
  readonly unsafeFileSystem: string | undefined
  /** The work tree that it lies in, and whether git leaves the hub alone. */
  readonly git: { readonly root: string; readonly isIgnored: boolean } | undefined
  /** What a sync of the log failed of. */
  readonly suspect: string | undefined
  readonly log: Report | undefined
  readonly hub: HubFacts | undefined
  /** Why there is no `hub`, or not even a `log`. */
  readonly closed: BatonError | undefined
  /** A command line about this hub. */
  readonly baton: Typed
}
