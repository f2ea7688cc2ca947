/**
 * The way of a decision into the log: decide on what is folded, write, read back, learn the verdict.
 *
 * One round decides every waiting proposal, writes the batch with one append and folds it back. Receipts wait for the
 * durable horizon while the next decisions already build on what was read back. What arrives while a sync is in flight
 * goes out together in the next write. Nothing here locks: a void proposal is decided again, until its deadline.
 */
import { BatonError } from '../errors.ts'
import { steadyNow, type Clock, type NewId } from '../ids.ts'
import { createAttempts } from './attempts.ts'
import { chainAt, LAG, WINDOW, type Verdict, type Window } from './accept.ts'
import { createBatch, stamp, type Ready, type Stamped } from './batch.ts'
import type { Draft, Mark } from './commit.ts'
import { createDurableHorizon, type Durability } from './durability.ts'
import { outOfPatience, unwritable, vanished, withOutcome } from './failures.ts'
import type { Fold } from './fold.ts'
import type { Head, Judged } from './judging.ts'
import type { Cursor, Log } from './log.ts'
import { nextTurn } from './turn.ts'

/** Nothing to write: the answer rests on what was accepted up to commit `n`. */
interface Answered<Receipt> {
  readonly answer: Receipt
  readonly n: number
}

export interface Request<Receipt> {
  /** Reads the folded state and decides. May be called again, each time on newer state. Throws to refuse. */
  decide: () => Draft | Answered<Receipt> | Promise<Draft | Answered<Receipt>>
  /** Called in the turn in which the accepted commit was folded. */
  receipt: (accepted: Judged) => Receipt
  /** Whether what was decided is a step to more of the same request: nobody is told of it, and no sync waited for. */
  readonly isStep?: () => boolean
  readonly signal?: AbortSignal
  /** How long to go on deciding again, in milliseconds. */
  readonly patience?: number
}

export interface Proposer {
  propose: <Receipt>(request: Request<Receipt>) => Promise<Receipt>
  /** To be called with every line that the fold judges. */
  observe: (judged: Judged) => void
  /** What this replica knows to be durable; undefined before its first sync. */
  readonly durable: Head | undefined
  close: () => Promise<void>
}

export interface ProposerOptions {
  readonly durability: Durability
  readonly clock: Clock
  readonly newId: NewId
  readonly patience: number
  readonly maxCommitBytes: number
  readonly maxCommitEvents: number
}

/** All of a batch has seen the same history: with several writers, larger batches would push each other out of the window. */
const BATCH_COMMITS = WINDOW / 8

interface Pending {
  readonly id: string
  readonly request: Request<unknown>
  readonly deadline: number
  readonly resolve: (receipt: unknown) => void
  readonly reject: (error: unknown) => void
  /** Its bytes may be in the log, and nobody knows its verdict yet. */
  written?: boolean
  /** The conflict it lost to last. */
  lostTo?: Verdict & { kind: 'conflict' }
}

export function createProposer(log: Log, fold: Fold, options: ProposerOptions): Proposer {
  const { durability } = options
  const maxCommitBytes = Math.min(options.maxCommitBytes, log.maxCommitBytes)
  /** Every proposal that nobody has answered yet; those that wait for a round. */
  const live = new Set<Pending>()
  let queue: Pending[] = []
  const attempts = createAttempts(fold)
  let poison: BatonError | undefined
  /** The poison, as long as no caller has been told: a sync that ran behind the answers failed. */
  let untold: BatonError | undefined
  let rounds: Promise<void> | undefined
  let closing = false
  /** The newest commit of ours. */
  let ownN = 0

  const horizon = createDurableHorizon(log, fold, {
    durability,
    // What arrived during the sync goes out together.
    onSynced: () => {
      if (queue.length > 0) startRounds()
    },
    onFailure: fail,
  })

  // ---- the way in

  function propose<Receipt>(request: Request<Receipt>): Promise<Receipt> {
    return new Promise<Receipt>((resolve, reject) => {
      if (poison !== undefined) {
        untold = undefined
        return reject(poison)
      }
      if (closing)
        return reject(new BatonError('STORAGE_FAILED', 'the hub is closed', { details: { outcome: 'none' } }))
      if (request.signal?.aborted) return reject(request.signal.reason)
      let id: string
      try {
        id = options.newId()
      } catch (error) {
        return reject(unwritable(error))
      }
      const pending: Pending = {
        id,
        request,
        deadline: steadyNow() + (request.patience ?? options.patience),
        resolve: resolve as (receipt: unknown) => void,
        reject,
      }
      live.add(pending)
      queue.push(pending)
      // While a sync is in flight its end starts the next round: what arrives meanwhile shares one write.
      if (mayStart()) startRounds()
    })
  }

  const mayStart = (): boolean => durability === 'os' || !horizon.syncing

  function startRounds(): void {
    // A sync ends in a turn of its own; without syncs, somebody has to let the event loop breathe.
    rounds ??= (durability === 'disk' ? Promise.resolve() : nextTurn())
      .then(runRounds)
      .catch(fail)
      .finally(() => {
        rounds = undefined
        if (queue.length > 0 && mayStart()) startRounds()
      })
  }

  async function runRounds(): Promise<void> {
    let again = await round()
    // Voided and held-back proposals go on at once: they wait for a read-back, not for a sync.
    while (again && poison === undefined) {
      await nextTurn()
      again = await round()
    }
  }

  // ---- one round

  /** Returns whether proposals are left that another round can take. */
  async function round(): Promise<boolean> {
    await fold.catchUp()
    refuseIfUnwritable()
    // The disk works while the decisions are made.
    const attesting = attestable()
    attesting?.catch(() => undefined)
    const { batch, waited } = await decideBatch()
    await attesting
    if (batch.length === 0) return queue.length > 0
    if (waited || attesting !== undefined) {
      // The decisions read from somewhere, or waited for the disk, and others wrote meanwhile: better to notice before the write than after.
      await fold.catchUp()
      refuseIfUnwritable()
    }
    const encoded = encodeBatch(batch)
    if (encoded.length > 0) {
      const from = fold.cursor
      for (const { pending } of encoded) pending.written = true
      await log.append(encoded.map(({ pending, attempt }) => ({ id: pending.id, line: attempt.line })))
      // The disk works while the batch is read back and judged.
      if (durability === 'disk' && !encoded.every(({ pending }) => isStep(pending))) horizon.startSync()
      await fold.catchUp()
      refuseIfUnwritable()
      const lost = encoded.filter(({ pending }) => !conclude(pending, from))
      queue = [...lost.map(({ pending }) => pending), ...queue]
    }
    return queue.length > 0
  }

  function refuseIfUnwritable(): void {
    if (fold.damage !== undefined) throw fold.damage
    if (fold.window === undefined) throw new BatonError('HUB_NOT_FOUND', `${log.name} has no genesis record`)
  }

  /** `safe` must stay inside the window, or nothing would ever attest what is durable. */
  function attestable(): Promise<void> | undefined {
    const known = horizon.head
    if (known !== undefined && fold.n - known.mark[0] <= LAG) return undefined
    // The first commit of a hub says that its genesis record is safe, and whoever founded it may have died before that.
    if (durability === 'disk' || fold.n === 0) return horizon.settle()
    horizon.startSync()
    return undefined
  }

  /** Takes from the queue what can be written together, in the order in which it came. */
  async function decideBatch(): Promise<{ batch: Ready<Pending>[]; waited: boolean }> {
    const batch: Ready<Pending>[] = []
    let waited = false
    const held: Pending[] = []
    const fits = createBatch()
    const waiting = queue
    queue = []
    for (const [i, pending] of waiting.entries()) {
      if (batch.length >= BATCH_COMMITS) {
        held.push(...waiting.slice(i))
        break
      }
      const deciding = decideOne(pending)
      if (deciding instanceof Promise) waited = true
      const ready = await deciding
      if (ready === undefined) continue
      if (fits(ready.draft)) batch.push(ready)
      else held.push(pending)
    }
    queue = [...held, ...queue]
    return { batch, waited }
  }

  function decideOne(pending: Pending): Ready<Pending> | undefined | Promise<Ready<Pending> | undefined> {
    const { request, deadline } = pending
    if (request.signal?.aborted) return refuse(pending, request.signal.reason)
    if (steadyNow() > deadline) return refuse(pending, outOfPatience(pending.id, pending.lostTo, fold.window))
    const seenAt = fold.n
    const ready = (decision: Draft | Answered<unknown>): Ready<Pending> | undefined => {
      if (!('answer' in decision)) return { pending, draft: decision, seenAt }
      const { answer, n } = decision
      horizon.hold(n, () => answerWith(pending, answer))
      return undefined
    }
    try {
      const decision = request.decide()
      if (!(decision instanceof Promise)) return ready(decision)
      return decision.then(ready, (error: unknown) => refuse(pending, error))
    } catch (error) {
      return refuse(pending, error)
    }
  }

  function refuse(pending: Pending, error: unknown): undefined {
    live.delete(pending)
    pending.reject(error)
    return undefined
  }

  /** What no longer holds is decided again. */
  function encodeBatch(batch: readonly Ready<Pending>[]): Stamped<Pending>['encoded'] {
    const window = fold.window as Window
    const place = { window, seen: fold.head.mark, safe: safeMark(window) }
    const { encoded, again, refused } = stamp(batch, place, { ...options, maxCommitBytes })
    for (const { pending, attempt } of encoded) attempts.begin(attempt, pending.request.receipt)
    for (const { pending, error } of refused) refuse(pending, error)
    queue = [...again, ...queue]
    return encoded
  }

  /** Before the first sync only the beginning is known to be safe; out of the window the rule does not look at it. */
  function safeMark(window: Window): Mark {
    return horizon.head?.mark ?? [0, chainAt(window, 0) ?? '0'.repeat(16)]
  }

  // ---- what became of it

  function observe(judged: Judged): void {
    if (attempts.observe(judged)) horizon.note(fold.head)
  }

  /** Whether it was accepted; if not it has to be decided again. */
  function conclude(pending: Pending, from: Cursor): boolean {
    const fate = attempts.end(pending.id)
    if (fate === undefined) {
      // The line is not there. Torn, by another's record in between or by a full disk, leaves a trace.
      if (!attempts.isTornFrom(from)) throw vanished(log.name, pending.id)
      return false
    }
    if ('receipt' in fate) {
      ownN = fate.n
      if (isStep(pending)) answerWith(pending, fate.receipt)
      else horizon.hold(fate.n, () => answerWith(pending, fate.receipt))
      return true
    }
    pending.written = false
    if (fate.lost.void === 'orphaned') throw vanished(log.name, pending.id)
    if (fate.lost.verdict?.kind === 'conflict') pending.lostTo = fate.lost.verdict
    return false
  }

  const isStep = ({ request }: Pending): boolean => request.isStep?.() === true

  function answerWith(pending: Pending, receipt: unknown): void {
    live.delete(pending)
    pending.resolve(receipt)
  }

  // ---- the end

  /** After a failed write or sync nobody knows what is in the log: every pending caller is told so. */
  function fail(error: unknown): void {
    const cause =
      error instanceof BatonError ? error : new BatonError('STORAGE_FAILED', String(error), { cause: error })
    // Damage and a newer format leave the storage sound: the hub still answers, and refuses again.
    if (cause.code !== 'LOG_DAMAGED' && cause.code !== 'LOG_TOO_NEW') {
      if (poison === undefined && live.size === 0) untold = cause
      poison ??= withOutcome(cause, 'none')
      horizon.fail(poison)
    }
    for (const pending of live) {
      attempts.end(pending.id)
      // A log that refused before it wrote a byte says so.
      const unknown = pending.written === true && cause.details['outcome'] !== 'none'
      pending.reject(withOutcome(cause, unknown ? 'unknown' : 'none'))
    }
    live.clear()
    queue = []
  }

  async function close(): Promise<void> {
    closing = true
    while (live.size > 0 || rounds !== undefined) await (rounds ?? horizon.settle().catch(() => undefined))
    await horizon.close()
    const unsynced = ownN > (horizon.head?.mark[0] ?? 0)
    if (unsynced && poison === undefined && fold.damage === undefined) await horizon.settle()
    // The last chance to say that what was answered is not durable.
    if (untold !== undefined) throw untold
  }

  return {
    propose,
    observe,
    get durable() {
      return horizon.head
    },
    close,
  }
}
