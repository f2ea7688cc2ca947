/**
 * Several writers over one log whose disk loses power and rots, all of it in one process and drawn from one seed.
 *
 * The lines are real bytes, the folds are real folds. The model knows only what a disk knows (which lines are there and
 * how many of them were synced) and what callers were told (which commit was acknowledged at which number).
 */
import { encodeCommit, encodeGenesis, type Mark } from '../../src/log/commit.ts'
import { chainAt } from '../../src/log/accept.ts'
import { createFold, type Fold } from '../../src/log/fold.ts'
import type { Judged } from '../../src/log/judging.ts'
import { arrayLog } from './lines.ts'
import { seeded, type Random } from './random.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly steps: number
  /** By how many commits writers exaggerate what they know to be durable. Honest ones by none. */
  readonly lie?: number
  /** Nobody dies and the power stays on, so that drafts grow older than the window. */
  readonly calm?: boolean
}

export interface Tally {
  steps: number
  written: number
  acknowledged: number
  cuts: number
  kills: number
  rotted: number
  found: number
  /** Rot of what nobody attested: nothing contradicts it, and nothing has to be found. */
  unattested: number
  /** Rot of a line of which another copy stands in its place: nothing has changed. */
  doubled: number
  verdicts: Record<string, number>
}

export const emptyTally = (): Tally => ({
  steps: 0,
  written: 0,
  acknowledged: 0,
  cuts: 0,
  kills: 0,
  rotted: 0,
  found: 0,
  unattested: 0,
  doubled: 0,
  verdicts: {},
})

interface Draft {
  readonly id: string
  readonly line: Buffer
}

interface Writer {
  readonly name: string
  readonly fold: Fold
  /** Accepted commits as this writer's fold numbers them. */
  readonly numbers: Map<string, number>
  /** What it synced itself. */
  horizon: Mark
  /** Decided and not yet written. */
  drafts: Draft[]
  /** Written and not yet acknowledged. */
  written: Draft[]
}

interface Replay {
  readonly fold: Fold
  /** Every line with its verdict, in order. */
  readonly lines: Judged[]
  /** The accepted commits in order. */
  readonly accepted: { readonly id: string; readonly ref: number; readonly n: number; readonly position: number }[]
}

const AT = '2026-01-01T00:00:00.000Z'
const GENESIS = encodeGenesis({ hub: 'simulated', at: AT })

async function replay(lines: Buffer[]): Promise<Replay> {
  const judged: Judged[] = []
  const accepted: Replay['accepted'] = []
  const fold = createFold(arrayLog(lines), {
    observe(each) {
      judged.push(each)
      const { commit, entry, n, position } = each
      if (commit !== undefined && each.void === undefined) accepted.push({ id: commit.id, ref: entry.ref, n, position })
    },
    reset() {
      judged.length = 0
      accepted.length = 0
    },
  })
  await fold.catchUp()
  return { fold, lines: judged, accepted }
}

/** The first accepted commits with their numbers and positions. */
const places = ({ accepted }: Replay, count: number): string =>
  JSON.stringify(accepted.slice(0, count).map(({ id, n, position }) => [id, n, position]))

/** One life of a log. Throws where a promise was broken, and says which seed broke it. */
export async function simulate(options: SimulationOptions, tally: Tally): Promise<void> {
  try {
    await new Simulation(options, tally).run()
  } catch (error) {
    throw new Error(`simulate(${JSON.stringify(options)}): ${String(error)}`, { cause: error })
  }
}

class Simulation {
  private readonly random: Random
  private readonly lines: Buffer[] = [GENESIS]
  private synced = 1
  private ids = 0
  private readonly acknowledged = new Map<string, number>()
  private readonly streams: string[]
  private writers: Writer[]

  private readonly options: SimulationOptions
  private readonly tally: Tally

  constructor(options: SimulationOptions, tally: Tally) {
    this.options = options
    this.tally = tally
    this.random = seeded(options.seed)
    this.streams = Array.from({ length: (options.calm === true ? 100 : 2) + this.random.below(12) }, (_, i) => `s-${i}`)
    this.writers = Array.from({ length: 2 + this.random.below(5) }, (_, i) => this.start(`w${i}`))
  }

  async run(): Promise<void> {
    for (let step = 0; step < this.options.steps; step++) {
      this.tally.steps++
      await this.act(this.random.below(this.writers.length), this.random.next())
    }
    if (this.options.calm === true)
      for (const { drafts } of this.writers) this.lines.push(...drafts.map(({ line }) => line))
    await this.assertReplicasAgree()
    await this.assertNothingAcknowledgedMoved('at the end')
    await this.rot()
  }

  private async act(index: number, dice: number): Promise<void> {
    const writer = this.writers[index] as Writer
    if (dice < 0.35) await this.decide(writer)
    else if (dice < 0.7) await this.write(writer)
    else if (dice < 0.78) await this.sync(writer)
    else if (dice < 0.82) this.lines.push(this.torn(this.random.pick(this.lines)))
    else if (this.options.calm === true && dice < 0.998) return
    else if (dice < 0.84) {
      // kill -9: what was written stays, what the process knew is gone.
      this.writers[index] = this.start(writer.name)
      this.tally.kills++
    } else if (dice < 0.85) await this.cutPower()
    else if (dice < 0.86 || dice >= 0.998) await this.assertReplicasAgree()
  }

  private start(name: string): Writer {
    const numbers = new Map<string, number>()
    const fold = createFold(arrayLog(this.lines), {
      observe({ commit, void: reason, n }) {
        if (commit !== undefined && reason === undefined) numbers.set(commit.id, n)
      },
      reset: () => numbers.clear(),
    })
    return { name, fold, numbers, horizon: [0, ''], drafts: [], written: [] }
  }

  private async decide(writer: Writer): Promise<void> {
    const { random, streams } = this
    await this.follow(writer)
    const on = [random.pick(streams), ...(random.next() < 0.3 ? [random.pick(streams)] : [])]
    const raises = random.next() < 0.7 ? on.slice(0, 1) : random.next() < 0.1 ? [] : [random.pick(streams)]
    // A commit that is proposed again keeps its id, unless its writer has seen it accepted.
    const again = random.next() < 0.03 ? writer.drafts.at(-1)?.id : undefined
    const id = again !== undefined && !writer.numbers.has(again) ? again : `${this.options.seed}-${this.ids++}`
    const { line } = encodeCommit(
      {
        by: { kind: 'session', id: writer.name },
        cmd: 'Simulated',
        ...(random.next() < 0.1 && { key: `k${random.below(5)}`, fp: 'f' }),
        on: Object.fromEntries(on.map((stream) => [stream, 0])),
        events: raises.map((s) => ({ s, t: 'Simulated', v: 1, d: { id } })),
      },
      { id, at: AT, seen: writer.fold.head.mark, safe: this.claim(writer) },
    )
    writer.drafts.push({ id, line })
  }

  /** What the writer says it knows to be durable. */
  private claim(writer: Writer): Mark {
    const window = writer.fold.window
    if (window === undefined) throw new Error('no genesis record')
    const n = Math.min(writer.horizon[0] + (this.options.lie ?? 0), window.n)
    return [n, chainAt(window, n) ?? '0'.repeat(16)]
  }

  /** Drafts overtake each other on their way, and now and then one arrives twice. */
  private async write(writer: Writer): Promise<void> {
    const { calm = false } = this.options
    if (writer.drafts.length < (calm ? 2 : 1)) return
    // In calm times the oldest draft is nearly always overtaken.
    const old = calm && this.random.next() < 0.998 ? 1 : 0
    const which = old + this.random.below(writer.drafts.length - old)
    const [draft] = writer.drafts.splice(which, 1) as [Draft]
    this.lines.push(draft.line)
    if (this.random.next() < 0.02) this.lines.push(draft.line)
    writer.written.push(draft)
    this.tally.written++
    await this.follow(writer)
  }

  private async sync(writer: Writer): Promise<void> {
    await this.follow(writer)
    this.synced = this.lines.length
    writer.horizon = writer.fold.head.mark
    for (const { id } of writer.written) {
      const n = writer.numbers.get(id)
      if (n !== undefined) this.acknowledged.set(id, n)
    }
    writer.written = []
  }

  private async follow(writer: Writer): Promise<void> {
    await writer.fold.catchUp()
    if (writer.fold.damage !== undefined) throw new Error(`false alarm: ${writer.fold.damage.message}`)
  }

  /** Any subset of the unsynced lines survives, each whole, torn or not at all; every process ends. */
  private async cutPower(): Promise<void> {
    const { random, lines } = this
    this.tally.cuts++
    const survivors: Buffer[] = []
    for (const line of lines.slice(this.synced)) {
      const dice = random.next()
      if (dice < 0.5) survivors.push(line)
      else if (dice < 0.8) survivors.push(this.torn(line))
    }
    if (random.next() < 0.4) survivors.length = random.below(survivors.length + 1)
    lines.length = this.synced
    lines.push(...survivors)
    this.synced = lines.length
    this.writers = this.writers.map(({ name }) => this.start(name))
    await this.assertNothingAcknowledgedMoved('after a power cut')
    for (const writer of this.writers) await this.sync(writer)
  }

  /** A line cut short, or with a sector of zeros in it. */
  private torn(line: Buffer): Buffer {
    const { random } = this
    const torn = Buffer.from(line.subarray(0, 1 + random.below(line.length)))
    if (torn.length === line.length || random.next() < 0.3) torn.fill(0, random.below(torn.length))
    return torn
  }

  private async assertReplicasAgree(): Promise<void> {
    const { fold, accepted } = await replay(this.lines)
    if (fold.damage !== undefined) throw new Error(`false alarm: ${fold.damage.message}`)
    for (const writer of this.writers) {
      await this.follow(writer)
      const same =
        writer.fold.head.mark.join() === fold.head.mark.join() && writer.fold.head.position === fold.head.position
      if (!same) throw new Error(`replicas differ: ${writer.fold.head.mark.join()} and ${fold.head.mark.join()}`)
      if (accepted.some(({ id, n }) => writer.numbers.get(id) !== n)) throw new Error('replicas number differently')
    }
  }

  private async assertNothingAcknowledgedMoved(when: string): Promise<void> {
    const { fold, accepted } = await replay(this.lines)
    if (fold.damage !== undefined) throw new Error(`false alarm ${when}: ${fold.damage.message}`)
    for (const [id, n] of this.acknowledged) {
      if (accepted[n - 1]?.id !== id) throw new Error(`acknowledged commit ${id} is not at ${n} ${when}`)
    }
  }

  /** Rots accepted lines one after the other, and looks whether a fresh fold finds it. */
  private async rot(): Promise<void> {
    const before = await replay(this.lines)
    for (const { void: reason } of before.lines) {
      const verdict = reason ?? 'accepted'
      this.tally.verdicts[verdict] = (this.tally.verdicts[verdict] ?? 0) + 1
    }
    this.tally.acknowledged += this.acknowledged.size
    for (let i = 0; i < 20 && before.accepted.length > 0; i++) await this.rotOne(before)
  }

  private async rotOne(before: Replay): Promise<void> {
    const { random, tally } = this
    const victim = random.pick(before.accepted)
    const line = Buffer.from(this.lines[victim.ref] as Buffer)
    const at = random.below(line.length)
    line[at] = (line[at] as number) ^ (1 << random.below(8))
    const after = await replay(this.lines.with(victim.ref, line))
    const attested = Math.max(
      ...before.lines.map(({ commit, entry }) => (entry.ref > victim.ref ? (commit?.safe[0] ?? 0) : 0)),
    )
    tally.rotted++
    const { damage } = after.fold
    if (damage === undefined) {
      // What nobody attested may go. What stands twice in the log may also lose its first line.
      if (places(after, attested) !== places(before, attested)) throw new Error(`rot of commit ${victim.n} went unseen`)
      tally[attested < victim.n ? 'unattested' : 'doubled']++
      return
    }
    tally.found++
    if (Number(damage.details['offset']) > victim.ref) throw new Error(`rot of line ${victim.ref}: ${damage.message}`)
    const served = after.accepted.length
    if (places(after, served) !== places(before, served)) {
      throw new Error(`after rot of line ${victim.ref} something else than a prefix is served`)
    }
  }
}
