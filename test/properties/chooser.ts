/** Draws from what is there, so that most commands are accepted; now and then from what does not fit. */
import type { Command } from '../../src/commands/catalog.ts'
import type { Actor } from '../../src/log/commit.ts'
import type { Random } from '../support/random.ts'
import { isLive, type RunBook, type SessionBook, type TaskBook } from './books.ts'
import type { Ledger } from './ledger.ts'

export interface Proposal {
  readonly actor: Actor
  readonly command: Command
}

/** Undefined where nothing of the kind can be done now. */
export type Maker = (choose: Chooser) => Proposal | undefined

export const OPERATOR: Actor = { kind: 'operator' }

export interface Chooser {
  readonly random: Random
  readonly ledger: Ledger
  /** Where the clock stands. */
  readonly now: number
  chance: (probability: number) => boolean
  /** One of those that fit; now and then any. */
  one: <T>(fitting: readonly T[], any?: readonly T[]) => T | undefined
  /** Optional fields: there, or not. */
  maybe: <T extends object>(probability: number, fields: () => T) => T | Partial<T>
  /** A name of one's own; else the hub finds one. */
  name: (prefix: string) => string | undefined
  openSession: () => SessionBook | undefined
  liveRun: (...among: RunBook['status'][]) => RunBook | undefined
  openTask: (fits?: (task: TaskBook) => boolean) => TaskBook | undefined
  /** A session, sometimes as one of its runs. */
  as: (sessionId: string) => Actor
  anyone: () => Actor
  /** Somebody who may command a run. */
  commander: (run: RunBook) => Actor
  instant: (fromNow: number) => string
}

/** Ids like any other, though objects have members of these names, and arrays indexes. */
const ODD_NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '7', '12', '0', 'a.b', 'A-_.']

/** How often it draws what does not fit. */
const ASTRAY = 0.06

export function chooser(random: Random, ledger: Ledger, now: number): Chooser {
  const { sessions, runs, tasks } = ledger
  const chance = (probability: number): boolean => random.next() < probability
  const pick = <T>(from: readonly T[]): T | undefined => (from.length === 0 ? undefined : random.pick(from))
  const one: Chooser['one'] = (fitting, any = fitting) => pick(chance(ASTRAY) ? any : fitting)

  function as(id: string): Actor {
    const mine = [...runs.values()].filter((run) => run.session === id && isLive(run))
    const run = chance(0.4) ? pick(mine) : undefined
    return { kind: 'session', id, ...(run !== undefined && { run: run.id }) }
  }

  function anyone(): Actor {
    const open = [...sessions.values()].filter(({ status }) => status === 'open')
    const session = chance(0.2) ? undefined : one(open, [...sessions.values()])
    return session === undefined ? OPERATOR : as(session.id)
  }

  return {
    random,
    ledger,
    now,
    chance,
    one,
    maybe: (probability, fields) => (chance(probability) ? fields() : {}),
    name(prefix) {
      if (chance(0.5)) return undefined
      return chance(0.4) ? random.pick(ODD_NAMES) : `${prefix}${random.below(12)}`
    },
    openSession() {
      const all = [...sessions.values()]
      return one(
        all.filter(({ status }) => status === 'open'),
        all,
      )
    },
    liveRun(...among) {
      const all = [...runs.values()]
      return one(
        all.filter((run) => (among.length === 0 ? isLive(run) : among.includes(run.status))),
        all,
      )
    },
    openTask(fits = () => true) {
      const all = [...tasks.values()]
      return one(
        all.filter((task) => task.status !== 'closed' && fits(task)),
        all,
      )
    },
    as,
    anyone,
    commander(run) {
      if (chance(ASTRAY)) return anyone()
      const parent = run.parent === undefined ? undefined : runs.get(run.parent)
      const able = [run.session, parent?.session].filter(
        (id) => id !== undefined && sessions.get(id)?.status === 'open',
      ) as string[]
      const id = chance(0.15) ? undefined : pick(able)
      return id === undefined ? OPERATOR : as(id)
    },
    instant: (fromNow) => new Date(now + fromNow).toISOString(),
  }
}
