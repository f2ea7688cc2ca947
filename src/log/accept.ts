/**
 * THE RULE, frozen for v1 (docs/file-format.md, "Acceptance").
 *
 * Whether a commit counts is a pure function of the log's order. Its state is what the last WINDOW accepted commits
 * were: ids, keys, streams and chain, so memory is bounded and no view is asked. Every replica comes to the same answer,
 * the writer included, which reads its own commit back to learn it.
 */
import { chainHex, genesisChain, hexWord, nextChain, type Chain } from './chain.ts'
import type { Actor, Mark } from './commit.ts'

export const WINDOW = 1024

/** Who falls this far behind catches up before it writes: a claim older than the window counts for nothing. */
export const LAG = WINDOW / 2

/** What the rule needs to know of a commit. */
export interface Candidate {
  readonly id: string
  readonly by: Actor
  readonly key?: string
  readonly seen: Mark
  readonly safe: Mark
  readonly on: Readonly<Record<string, number>>
  readonly crc: number
}

/** What the window keeps of an accepted commit. */
export interface Accepted {
  readonly id: string
  readonly by: Actor
  readonly key: string | undefined
  /** The streams of its events. */
  readonly raises: readonly string[]
}

export type Verdict =
  | { readonly kind: 'accepted' }
  /** `safe` is not this log's history: what a writer knew to be durable is gone, or was never here. */
  | { readonly kind: 'damaged' }
  /** It relied on commits that a power cut took before anyone was told that they were durable. */
  | { readonly kind: 'orphaned' }
  /** What it had seen is older than the window. */
  | { readonly kind: 'stale' }
  /** Its id or key was accepted since, as commit `n`. */
  | { readonly kind: 'duplicate'; readonly n: number }
  /** Commit `n` wrote `stream`, which this one relied on, after what it had seen. */
  | { readonly kind: 'conflict'; readonly n: number; readonly stream: string }

const ACCEPTED: Verdict = { kind: 'accepted' }
const DAMAGED: Verdict = { kind: 'damaged' }
const ORPHANED: Verdict = { kind: 'orphaned' }
const STALE: Verdict = { kind: 'stale' }

/** The rule's state. Only `admit` changes it. */
export interface Window {
  /** How many commits are accepted. */
  n: number
  chain: Chain
  /** The two halves of chain(k) for the last WINDOW + 1 values of k, at k % (WINDOW + 1). */
  readonly chainHi: Int32Array
  readonly chainLo: Int32Array
  /** The last WINDOW accepted commits, at n % WINDOW. */
  readonly commits: Accepted[]
  readonly lastOfId: Map<string, number>
  readonly lastOfKey: Map<string, number>
  readonly lastRaised: Map<string, number>
}

export function openWindow(genesisCrc: number): Window {
  const window: Window = {
    n: 0,
    chain: genesisChain(genesisCrc),
    chainHi: new Int32Array(WINDOW + 1),
    chainLo: new Int32Array(WINDOW + 1),
    commits: [],
    lastOfId: new Map(),
    lastOfKey: new Map(),
    lastRaised: new Map(),
  }
  keepChain(window)
  return window
}

function keepChain({ n, chain, chainHi, chainLo }: Window): void {
  chainHi[n % (WINDOW + 1)] = chain.hi
  chainLo[n % (WINDOW + 1)] = chain.lo
}

/** The mark of the newest accepted commit. */
export const headMark = (window: Window): Mark => [window.n, chainHex(window.chain)]

const holdsChain = (window: Window, k: number): boolean => k <= window.n && k >= window.n - WINDOW

/** The chain at k, or undefined where k is not yet or no longer in the window. */
export function chainAt(window: Window, k: number): string | undefined {
  if (!holdsChain(window, k)) return undefined
  const at = k % (WINDOW + 1)
  return chainHex({ hi: window.chainHi[at] as number, lo: window.chainLo[at] as number })
}

/** Compared as numbers: writing every chain out would cost more than the rest of the rule. */
function isChainAt(window: Window, k: number, hex: string): boolean {
  const at = k % (WINDOW + 1)
  return window.chainHi[at] === hexWord(hex, 0) && window.chainLo[at] === hexWord(hex, 8)
}

/** An accepted commit of the window. */
export const commitAt = (window: Window, n: number): Accepted | undefined =>
  n > window.n || n <= window.n - WINDOW || n < 1 ? undefined : window.commits[n % WINDOW]

/** A key counts per actor: two actors may use the same one for different things. */
export const actorKey = (by: Actor, key: string): string => JSON.stringify([by.kind, by.id, by.run, key])

/** The verdict on a candidate that comes next in the log. Changes nothing. */
export function judge(window: Window, candidate: Candidate): Verdict {
  const [safeAt, safeChain] = candidate.safe
  if (safeAt > window.n) return DAMAGED
  if (holdsChain(window, safeAt) && !isChainAt(window, safeAt, safeChain)) return DAMAGED

  const [seenAt, seenChain] = candidate.seen
  if (seenAt > window.n) return ORPHANED
  if (seenAt < window.n - WINDOW) return STALE
  if (!isChainAt(window, seenAt, seenChain)) return ORPHANED

  const twin = window.lastOfId.get(candidate.id)
  if (twin !== undefined && twin > seenAt) return { kind: 'duplicate', n: twin }
  if (candidate.key !== undefined) {
    const n = window.lastOfKey.get(actorKey(candidate.by, candidate.key))
    if (n !== undefined && n > seenAt) return { kind: 'duplicate', n }
  }
  for (const stream in candidate.on) {
    const n = window.lastRaised.get(stream)
    if (n !== undefined && n > seenAt) return { kind: 'conflict', n, stream }
  }
  return ACCEPTED
}

/** Takes an accepted candidate into the state; the oldest commit leaves the window. */
export function admit(window: Window, candidate: Candidate, raises: readonly string[]): void {
  const n = ++window.n
  window.chain = nextChain(window.chain, candidate.crc)
  keepChain(window)
  if (n > WINDOW) forget(window, window.commits[n % WINDOW] as Accepted, n - WINDOW)
  const { id, by } = candidate
  const key = candidate.key === undefined ? undefined : actorKey(by, candidate.key)
  window.commits[n % WINDOW] = { id, by, key, raises }
  window.lastOfId.set(id, n)
  if (key !== undefined) window.lastOfKey.set(key, n)
  for (const stream of raises) window.lastRaised.set(stream, n)
}

function forget(window: Window, { id, key, raises }: Accepted, n: number): void {
  if (window.lastOfId.get(id) === n) window.lastOfId.delete(id)
  if (key !== undefined && window.lastOfKey.get(key) === n) window.lastOfKey.delete(key)
  for (const stream of raises) if (window.lastRaised.get(stream) === n) window.lastRaised.delete(stream)
}
