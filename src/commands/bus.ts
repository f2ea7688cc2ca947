/**
 * The way of a command: parse it, decide it on the folded state, propose what follows, and answer with the receipt.
 * Who changes what was relied on makes the proposal void, and it is decided again on the new state.
 */
import type { Done } from '../domain/state.ts'
import { digest } from '../domain/json.ts'
import { SHORT_TEXT, type Limits } from '../domain/limits.ts'
import { refuse } from '../domain/refuse.ts'
import { openWorld, type Context, type Decision, type States } from '../domain/world.ts'
import { BatonError } from '../errors.ts'
import { eventCatalog, type Fact } from '../events/catalog.ts'
import { steadyNow, type Clock, type NewId } from '../ids.ts'
import { actorKey } from '../log/accept.ts'
import type { Actor, Commit, Draft, StoredEvent } from '../log/commit.ts'
import type { Fold } from '../log/fold.ts'
import type { Judged } from '../log/judging.ts'
import type { Log } from '../log/log.ts'
import type { Proposer } from '../log/proposer.ts'
import { readCommit } from '../log/read-commit.ts'
import { newestVersions, type StreamIndex } from '../log/stream-index.ts'
import type { Command } from './catalog.ts'
import type { CommandDefinition } from './define.ts'
import { allSaid, read } from '../schema/read.ts'
import { parseCommand } from './parse.ts'
import { receiptFrom, type Receipt } from './receipt.ts'

/** What a command would do: nothing of it was written. */
export interface DryRun {
  readonly dryRun: true
  /** The mailboxes that would get a message. */
  readonly recipients: readonly string[]
  readonly events: readonly { readonly type: string; readonly stream: string; readonly data: unknown }[]
}

/** How a command is sent. */
export interface SendOptions {
  /** Makes the command idempotent for good: sent again under it, it answers with the first receipt. */
  readonly key?: string
  readonly signal?: AbortSignal
  /** How long to go on deciding again, in milliseconds, in place of the hub's. */
  readonly patience?: number
}

/** No command that is asked for show goes on for ever. */
const MAX_STEPS = 1_000

export interface BusParts {
  readonly log: Log
  readonly fold: Fold
  readonly propose: Proposer['propose']
  /** Looks again where documents turn out to be damaged and were folded anew. */
  readonly look: <Answer>(look: () => Answer) => Answer | Promise<Awaited<Answer>>
  readonly states: States
  readonly limits: Limits
  /** How long a command goes on, in milliseconds, where it does not say so itself. */
  readonly patience: number
  readonly clock: Clock
  readonly newId: NewId
  readonly index: StreamIndex
  /** What this build does not know on a stream. */
  readonly unknown: (stream: string) => string | undefined
  /** States of its own to fold facts into. */
  readonly preview: (
    actor: Actor,
    now: number,
  ) => { readonly states: States; readonly fold: (facts: readonly Fact[]) => void }
  readonly keyUse: (actorKey: string) => (Earlier & { readonly fp: string }) | undefined
}

/** Where the commit of an earlier receipt lies, and which versions its events have. */
interface Earlier {
  readonly ref: number
  readonly position: number
  readonly versions: readonly number[]
}

export interface Bus {
  send: (actor: Actor, command: Command, options?: SendOptions) => Promise<Receipt>
  dryRun: (actor: Actor, command: Command) => Promise<DryRun>
}

/** A command on its way. */
interface Asked extends Pick<Context, 'now' | 'begun'> {
  readonly actor: Actor
  readonly definition: CommandDefinition
  readonly command: Command
}

/** One try at deciding: what follows, and what it relied on. */
interface Decided {
  readonly decision: Decision
  readonly on: Readonly<Record<string, number>>
}

export function createBus(parts: BusParts): Bus {
  const { fold, propose, index } = parts

  async function send(actor: Actor, input: Command, options: SendOptions = {}): Promise<Receipt> {
    const { definition, command } = parseCommand(input)
    const { key, signal, patience } = options
    assertKey(key)
    const fp = key === undefined ? undefined : digest(input)
    const now = parts.clock()
    // One deadline, however many commits it takes.
    const deadline = steadyNow() + (patience ?? parts.patience)

    const steps: Receipt[] = []

    /** Until nothing is left of it: most commands are one commit, some begin with others. */
    for (let begun = false; ; begun = true) {
      let isStep = false
      // Each commit draws ids of its own.
      const decide = decider({ actor, definition, command, now, begun })
      const receipt = await propose<Receipt | undefined>({
        decide() {
          const used = key === undefined ? undefined : parts.keyUse(actorKey(actor, key))
          if (used !== undefined) return again(used, used.fp === fp ? undefined : key)
          const { decision, on } = decide()
          if ('done' in decision) return again(decision.done)
          isStep = 'step' in decision
          const facts = 'step' in decision ? decision.step : decision
          if (facts.length === 0 && key === undefined) return { answer: nothing(), n: fold.n }
          const draft: Draft = { by: actor, cmd: command.type, on, events: facts.map(toStored) }
          return key === undefined || isStep ? draft : { ...draft, key, fp: fp as string }
        },
        receipt(judged) {
          if (!isStep) return receiptOf(judged)
          steps.push(receiptOf(judged))
          return undefined
        },
        isStep: () => isStep,
        ...(signal !== undefined && { signal }),
        patience: Math.max(1, deadline - steadyNow()),
      })
      if (receipt !== undefined) return withSteps(receipt, steps)
    }
  }

  /** Ids and the time are fixed before the first try. */
  function decider(asked: Asked, states: States = parts.states): () => Decided {
    const { actor, definition, command, now, begun } = asked
    const ids: string[] = []
    return () => {
      let next = 0
      const context: Context = {
        actor,
        now,
        newId: () => (ids[next++] ??= parts.newId()),
        begun,
        limits: parts.limits,
      }
      const on: Record<string, number> = {}
      const check = (stream: string): void => {
        const unknown = parts.unknown(stream)
        if (unknown !== undefined) throw tooNew(parts.log.name, stream, unknown)
      }
      const rely = (stream: string): void => {
        check(stream)
        on[stream] = index.version(stream)
      }
      const world = openWorld(states, rely, check)
      return { decision: definition.decide(command as never, world, context), on }
    }
  }

  const nothing = (): Receipt => ({ commit: undefined, position: fold.head.position, duplicate: false, events: [] })

  /** Asked in the turn in which the commit was folded: the index stands right behind it. */
  function receiptOf({ commit, position, raises = [] }: Judged): Receipt {
    const { id, events } = commit as Commit
    return receiptFrom(id, events, position, newestVersions(index, raises))
  }

  async function again(used: Earlier | Done, reusedKey?: string): Promise<{ answer: Receipt; n: number }> {
    const n = fold.n
    const { id, cmd, events } = await readCommit(parts.log, used.ref)
    if (reusedKey !== undefined) throw keyReused(reusedKey, cmd, id)
    const { position } = used
    // What was done before was done on one stream, event after event.
    const versions = 'versions' in used ? used.versions : events.map((_, i) => used.version + i)
    return { answer: { ...receiptFrom(id, events, position, versions), duplicate: true }, n }
  }

  /** Step after step on documents of its own, for a command of several commits. */
  async function dryRun(actor: Actor, input: Command): Promise<DryRun> {
    const { definition, command } = parseCommand(input)
    await fold.catchUp()
    const now = parts.clock()
    const facts = await parts.look(() => factsOf({ actor, definition, command, now }))
    const events = facts.map(toStored).map(({ s, t, d }) => ({ type: t, stream: s, data: structuredClone(d) }))
    return { dryRun: true, recipients: [...new Set(facts.flatMap(recipientsOf))], events }
  }

  function factsOf(asked: Omit<Asked, 'begun'>): Fact[] {
    const shown = parts.preview(asked.actor, asked.now)
    const facts: Fact[] = []
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const { decision } = decider({ ...asked, begun: steps > 0 }, shown.states)()
      if ('done' in decision) break
      facts.push(...('step' in decision ? decision.step : decision))
      if (!('step' in decision)) break
      shown.fold(decision.step)
    }
    return facts
  }

  return { send, dryRun }
}

/** Whom a message, or one that moves, would reach. */
function recipientsOf(fact: Fact): string[] {
  if (fact.type === 'MessageDelivered') return [fact.data.mailbox]
  return fact.type === 'MessageTransferred' || fact.type === 'DeadLetterRequeued' ? [fact.data.to] : []
}

/** What is written is checked, though it comes from our own rules: the log keeps it for ever. */
function toStored({ type, stream, data }: Fact): StoredEvent {
  const event = eventCatalog[type]
  const { problems } = read(event.schema, data)
  if (problems.length > 0) throw new TypeError(`${type} is not what its schema says: ${allSaid(problems)}`)
  return { s: stream, t: type, v: event.version, d: data }
}

/** Where the last step left nothing to do, it was the last. */
function withSteps(receipt: Receipt, steps: readonly Receipt[]): Receipt {
  const last = steps.at(-1)
  if (last === undefined) return receipt
  if (receipt.commit !== undefined) return { ...receipt, steps }
  return steps.length === 1 ? last : { ...last, steps: steps.slice(0, -1) }
}

function assertKey(key: unknown): void {
  if (key === undefined || (typeof key === 'string' && key !== '' && key.length <= SHORT_TEXT)) return
  refuse('INVALID_COMMAND', `a key is a text of 1 to ${SHORT_TEXT} characters`, { details: { path: 'key' } })
}

const keyReused = (key: string, cmd: string, commit: string): BatonError =>
  new BatonError(
    'KEY_REUSED',
    `the key ${JSON.stringify(key)} stands for another command: ${cmd} in commit ${commit}`,
    {
      details: { key, cmd, commit },
      hint: 'A key names one intention: use another one for another command.',
    },
  )

const tooNew = (name: string, stream: string, what: string): BatonError =>
  new BatonError('LOG_TOO_NEW', `${stream} holds ${what}, which this version of Baton does not know`, {
    details: { file: name, stream, what },
    hint: 'Use the newer version of agent-baton that wrote it; everything else in this hub goes on.',
  })
