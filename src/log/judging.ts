/**
 * Turns lines into verdicts: decodes each line once, applies the rule, numbers what is accepted, and notices where the
 * log contradicts itself. Knows nothing of reading; fold.ts feeds it.
 */
import { BatonError } from '../errors.ts'
import {
  admit,
  headMark,
  judge,
  openWindow,
  restoreWindow,
  saveWindow,
  type SavedWindow,
  type Verdict,
  type Window,
} from './accept.ts'
import { decode, type Commit, type Decoded, type Genesis, type Mark } from './commit.ts'
import type { Cursor, Entry } from './log.ts'

export type VoidReason = 'torn' | 'invalid' | Exclude<Verdict['kind'], 'accepted' | 'damaged'>

/** A line with its verdict. */
export interface Judged {
  readonly entry: Entry
  /** Undefined for a genesis line, and for what is not a commit (torn, invalid). */
  readonly commit?: Commit
  readonly genesis?: Genesis
  /** The stream of each event of an accepted commit. */
  readonly raises?: readonly string[]
  /** Why it is void; undefined is accepted. */
  readonly void?: VoidReason
  /** The verdict behind `void`, with the commit or the stream that was lost to. */
  readonly verdict?: Verdict
  /** What is wrong with an invalid line. */
  readonly why?: string
  /** The number of this commit among the accepted ones. */
  readonly n: number
  /** The position of its first event; positions follow each other without a gap. */
  readonly position: number
}

/** Where a replica stands. */
export interface Head {
  readonly mark: Mark
  /** The position of the newest event. */
  readonly position: number
  readonly cursor: Cursor
  /** The highest time that any accepted commit claims: the time of this position. */
  readonly at: string
}

/** A line of our own, known without parsing it again. */
export interface Known {
  readonly commit: Commit
  readonly raises: readonly string[]
}

/**
 * A replica's place in a log, as plain JSON: whoever starts from it judges what follows as if it had read everything
 * before. `last` names the newest accepted line, by which the log is recognised.
 */
export interface Saved {
  readonly genesis: Genesis
  readonly genesisRef: Cursor
  readonly last: { readonly ref: Cursor; readonly next: Cursor; readonly crc: number } | undefined
  readonly position: number
  readonly cursor: Cursor
  readonly at: string
  readonly suspects: readonly Suspect[]
  readonly window: SavedWindow
}

/** Where a fold begins, unless at the beginning. */
export interface Start {
  readonly saved?: Saved
  /** The line here was whole and durable once: somebody has kept its place. */
  readonly attested?: Cursor
}

interface Suspect {
  readonly n: number
  readonly ref: Cursor
}

export interface Judging {
  readonly head: Head
  /** The cursor of the head, for whoever asks often. */
  readonly cursor: Cursor
  readonly genesis: Genesis | undefined
  /** The state of the rule, to be asked and not to be changed. Undefined until there is a genesis record. */
  readonly window: Window | undefined
  /** The next line. Throws LOG_DAMAGED or LOG_TOO_NEW where it cannot go on. */
  step: (entry: Entry, known?: Known) => void
  /** Nothing but blank lines stood up to here. */
  skipTo: (cursor: Cursor) => void
  /** Undefined while there is no genesis record. */
  save: () => Saved | undefined
}

/** `observe` is called for every line, in order, in the same turn as its verdict. It must not throw. */
export function createJudging(
  name: string,
  observe: (judged: Judged) => void,
  { saved, attested }: Start = {},
): Judging {
  let window = saved && restoreWindow(saved.window)
  let genesis = saved?.genesis
  let genesisRef = saved?.genesisRef ?? 0
  let last = saved?.last
  let position = saved?.position ?? 0
  let cursor: Cursor = saved?.cursor ?? 0
  let at = saved?.at ?? ''
  /**
   * Lines that failed since the last agreement with a writer, and up to which number of commits an agreement would not
   * clear them: how many were accepted before each; -1 before the genesis record.
   */
  let suspects: Suspect[] = [...(saved?.suspects ?? [])]

  function step(entry: Entry, known?: Known): void {
    const decoded: Decoded = known === undefined ? decode(entry.line) : { kind: 'commit', commit: known.commit }
    if (decoded.kind === 'too-new') throw tooNew(name, entry.ref, decoded.what)
    cursor = entry.next
    if (window === undefined) return stepBeforeGenesis(entry, decoded)
    const n = window.n
    switch (decoded.kind) {
      case 'torn':
      case 'invalid': {
        if (entry.ref === attested) throw rotten(name, entry.ref)
        suspects.push({ n, ref: entry.ref })
        const why = decoded.kind === 'invalid' ? { why: decoded.why } : {}
        return observe({ entry, void: decoded.kind, n, position, ...why })
      }
      case 'genesis':
        // Several founded the hub at once: the first record counts.
        return observe({ entry, genesis: decoded.genesis, void: 'duplicate', n, position })
      case 'commit':
        return stepCommit(window, entry, decoded.commit, known?.raises ?? decoded.commit.events.map(({ s }) => s))
    }
  }

  function stepBeforeGenesis(entry: Entry, decoded: Exclude<Decoded, { kind: 'too-new' }>): void {
    if (decoded.kind === 'commit') throw contradiction(entry, decoded.commit, 'no genesis record before it')
    if (decoded.kind === 'genesis') {
      genesis = decoded.genesis
      genesisRef = entry.ref
      window = openWindow(genesis.crc)
      at = genesis.at
      return observe({ entry, genesis, n: 0, position: 0 })
    }
    // Founding was interrupted; or it was the genesis record, and the first commit will tell.
    suspects.push({ n: -1, ref: entry.ref })
    observe({ entry, void: decoded.kind, n: 0, position: 0 })
  }

  function stepCommit(rule: Window, entry: Entry, commit: Commit, raises: readonly string[]): void {
    const verdict = judge(rule, commit)
    if (verdict.kind === 'damaged') {
      throw contradiction(entry, commit, 'it belongs to another history: the log was forked, joined or pasted into')
    }
    if (suspects.length > 0) weighSuspects(commit, verdict)
    if (verdict.kind !== 'accepted') {
      return observe({ entry, commit, void: verdict.kind, verdict, n: rule.n, position })
    }
    admit(rule, commit, raises)
    last = { ref: entry.ref, next: entry.next, crc: commit.crc }
    const first = position + 1
    position += raises.length
    if (commit.at > at) at = commit.at
    observe({ entry, commit, raises, n: rule.n, position: first })
  }

  /**
   * A writer that saw the history that we see, up to commit `seen`, clears what failed before that: it was none of its
   * commits. One that saw another keeps them under suspicion up to where it stood: it may have relied on a line that has
   * rotted since, and a copy of that line further on would put the chain right again, but not what was orphaned between.
   */
  function weighSuspects({ seen: [seen] }: Commit, { kind }: Verdict): void {
    if (kind === 'orphaned') suspects = suspects.map(({ n, ref }) => ({ n: Math.max(n, seen), ref }))
    else if (kind !== 'stale') suspects = suspects.filter(({ n }) => n >= seen)
  }

  /**
   * `commit` knows as durable what is not here. The first line that failed its checksum since the last agreement may
   * have been it; where there is none, lines were pasted or joined.
   */
  function contradiction(entry: Entry, commit: Commit, otherwise: string): BatonError {
    const refs = suspects.slice(0, 16).map(({ ref }) => ref)
    const why =
      refs.length === 0
        ? `commit ${commit.id} is there, and ${otherwise}`
        : `the record there fails its checksum, and commit ${commit.id} attests that it was durable`
    return damaged(name, refs[0] ?? entry.ref, entry.ref, why, refs)
  }

  return {
    step,
    skipTo(next) {
      cursor = next
    },
    save() {
      if (genesis === undefined || window === undefined) return undefined
      return { genesis, genesisRef, last, position, cursor, at, suspects: [...suspects], window: saveWindow(window) }
    },
    get head() {
      return { mark: window === undefined ? NOWHERE : headMark(window), position, cursor, at }
    },
    get cursor() {
      return cursor
    },
    get genesis() {
      return genesis
    },
    get window() {
      return window
    },
  }
}

const NOWHERE: Mark = [0, '']

const tooNew = (name: string, offset: number, what: string): BatonError =>
  new BatonError('LOG_TOO_NEW', `${name} holds ${what} at ${offset}, which this version of Baton does not know`, {
    details: { file: name, offset, what },
    hint: 'Use the newer version of agent-baton that wrote it; the log was left as it is.',
  })

const rotten = (name: string, offset: number): BatonError =>
  damaged(name, offset, offset, 'the record there fails its checksum, and a snapshot attests that it was durable')

const damaged = (
  name: string,
  offset: number,
  detectedAt: number,
  why: string,
  suspects: readonly number[] = [],
): BatonError =>
  new BatonError('LOG_DAMAGED', `${name} is damaged at ${offset}: ${why}`, {
    details: { file: name, offset, detectedAt, suspects },
    hint: 'The hub can be read up to there and takes no commands. Restore it from a backup; nothing was changed.',
  })
