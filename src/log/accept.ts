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
  /** What the last WINDOW commits were, or what that is worked out of once somebody asks. */
  lately: Lately | Unopened
}

export interface Lately {
  /** At n % WINDOW. */
  readonly commits: Accepted[]
  readonly lastOfId: Map<string, number>
  readonly lastOfKey: Map<string, number>
  readonly lastRaised: Map<string, number>
}

/** Most processes that begin with a saved window end before anybody has asked. */
interface Unopened {
  readonly saved: SavedWindow['lately']
  /** Those that came since, oldest first. */
  readonly since: Accepted[]
}

export function openWindow(genesisCrc: number): Window {
  const window: Window = {
    n: 0,
    chain: genesisChain(genesisCrc),
    chainHi: new Int32Array(WINDOW + 1),
    chainLo: new Int32Array(WINDOW + 1),
    lately: nothing(),
  }
  keepChain(window)
  return window
}

const nothing = (): Lately => ({ commits: [], lastOfId: new Map(), lastOfKey: new Map(), lastRaised: new Map() })

/** The rule's state, small and in a form that costs little to restore: every process begins with that. */
export interface SavedWindow {
  readonly n: number
  /** The two halves of the chains as the window keeps them: the bytes of each number, in base64. */
  readonly hi: string
  readonly lo: string
  /** The last accepted commits, oldest first, a line of JSON each: none is read before somebody asks. */
  readonly lately: Buffer
}

type SavedCommit = readonly [id: string, by: Actor, key: string | 0, raises: readonly string[]]

export function saveWindow(window: Window): SavedWindow {
  const { n, chainHi, chainLo } = window
  return { n, hi: textOf(chainHi), lo: textOf(chainLo), lately: Buffer.concat(linesOf(window)) }
}

/** What was never asked for goes on as it came: the oldest lines leave, and new ones follow. */
function linesOf({ n, lately }: Window): Buffer[] {
  if ('saved' in lately) {
    const { saved, since } = lately
    const before = Math.min(n - since.length, WINDOW)
    const leaving = Math.max(0, before + since.length - WINDOW)
    return [saved.subarray(afterLines(saved, leaving)), ...since.map(lineOf)]
  }
  const lines: Buffer[] = []
  for (let k = Math.max(1, n - WINDOW + 1); k <= n; k++) lines.push(lineOf(lately.commits[k % WINDOW] as Accepted))
  return lines
}

function afterLines(bytes: Buffer, count: number): number {
  let at = 0
  for (let line = 0; line < count; line++) at = bytes.indexOf('\n', at) + 1
  return at
}

function lineOf({ id, by, key, raises }: Accepted): Buffer {
  const commit: SavedCommit = [id, by, key ?? 0, [...new Set(raises)]]
  return Buffer.from(`${JSON.stringify(commit)}\n`)
}

export function restoreWindow({ n, hi, lo, lately }: SavedWindow): Window {
  const [chainHi, chainLo] = [numbersIn(hi), numbersIn(lo)]
  return { n, chain: chainOf(chainHi, chainLo, n), chainHi, chainLo, lately: { saved: lately, since: [] } }
}

/** The chain at the head of a saved window. */
export const savedChain = ({ n, hi, lo }: SavedWindow): string => chainHex(chainOf(numbersIn(hi), numbersIn(lo), n))

const chainOf = (hi: Int32Array, lo: Int32Array, k: number): Chain => {
  const at = k % (WINDOW + 1)
  return { hi: hi[at] as number, lo: lo[at] as number }
}

const textOf = (numbers: Int32Array): string => Buffer.from(numbers.buffer).toString('base64')

function numbersIn(text: string): Int32Array {
  const numbers = new Int32Array(WINDOW + 1)
  Buffer.from(numbers.buffer).write(text, 'base64')
  return numbers
}

/** What the last commits were. */
export function latelyIn(window: Window): Lately {
  if ('commits' in window.lately) return window.lately
  const { saved, since } = window.lately
  const commits = JSON.parse(`[${String(saved).trimEnd().replaceAll('\n', ',')}]`) as SavedCommit[]
  const lately = nothing()
  let n = window.n - since.length - commits.length
  for (const [id, by, key, raises] of commits) {
    remember(lately, { id, by, key: key === 0 ? undefined : key, raises }, ++n)
  }
  for (const commit of since) remember(lately, commit, ++n)
  return (window.lately = lately)
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
  return holdsChain(window, k) ? chainHex(chainOf(window.chainHi, window.chainLo, k)) : undefined
}

/** Compared as numbers: writing every chain out would cost more than the rest of the rule. */
function isChainAt(window: Window, k: number, hex: string): boolean {
  const at = k % (WINDOW + 1)
  return window.chainHi[at] === hexWord(hex, 0) && window.chainLo[at] === hexWord(hex, 8)
}

/** An accepted commit of the window. */
export const commitAt = (window: Window, n: number): Accepted | undefined =>
  n > window.n || n <= window.n - WINDOW || n < 1 ? undefined : latelyIn(window).commits[n % WINDOW]

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

  // What was accepted since is what the rest is about.
  if (seenAt === window.n) return ACCEPTED
  const lately = latelyIn(window)
  const twin = lately.lastOfId.get(candidate.id)
  if (twin !== undefined && twin > seenAt) return { kind: 'duplicate', n: twin }
  if (candidate.key !== undefined) {
    const n = lately.lastOfKey.get(actorKey(candidate.by, candidate.key))
    if (n !== undefined && n > seenAt) return { kind: 'duplicate', n }
  }
  for (const stream in candidate.on) {
    const n = lately.lastRaised.get(stream)
    if (n !== undefined && n > seenAt) return { kind: 'conflict', n, stream }
  }
  return ACCEPTED
}

/** Takes an accepted candidate into the state; the oldest commit leaves the window. */
export function admit(window: Window, candidate: Candidate, raises: readonly string[]): void {
  const n = ++window.n
  window.chain = nextChain(window.chain, candidate.crc)
  keepChain(window)
  const { id, by } = candidate
  const key = candidate.key === undefined ? undefined : actorKey(by, candidate.key)
  const { lately } = window
  if ('commits' in lately) remember(lately, { id, by, key, raises }, n)
  else if (lately.since.push({ id, by, key, raises }) === WINDOW) latelyIn(window)
}

/** Commit `n` is the newest one; the oldest leaves. */
function remember(lately: Lately, commit: Accepted, n: number): void {
  const { commits, lastOfId, lastOfKey, lastRaised } = lately
  const oldest = n > WINDOW ? commits[n % WINDOW] : undefined
  if (oldest !== undefined) forget(lately, oldest, n - WINDOW)
  commits[n % WINDOW] = commit
  lastOfId.set(commit.id, n)
  if (commit.key !== undefined) lastOfKey.set(commit.key, n)
  for (const stream of commit.raises) lastRaised.set(stream, n)
}

function forget({ lastOfId, lastOfKey, lastRaised }: Lately, { id, key, raises }: Accepted, n: number): void {
  if (lastOfId.get(id) === n) lastOfId.delete(id)
  if (key !== undefined && lastOfKey.get(key) === n) lastOfKey.delete(key)
  for (const stream of raises) if (lastRaised.get(stream) === n) lastRaised.delete(stream)
}
