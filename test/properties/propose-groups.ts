import { isLive, type GroupBook, type RoundBook, type RunBook } from './books.ts'
import { OPERATOR, type Chooser, type Maker, type Proposal } from './chooser.ts'

type Actor = Proposal['actor']
type Item = Extract<Proposal['command'], { type: 'DispatchRound' }>['items'][number]

const NAMES = ['crew', 'review', 'constructor', '7', 'a.b']

/** One that is not disbanded; now and then any. */
function livingGroup(
  { ledger, one }: Chooser,
  fits: (group: GroupBook) => boolean = () => true,
): GroupBook | undefined {
  const all = [...ledger.groups.values()]
  return one(
    all.filter((group) => group.status !== 'disbanded' && fits(group)),
    all,
  )
}

/** With its root session, or bare where that means the same. */
function nameFor(group: GroupBook, actor: Actor, { ledger, chance }: Chooser): string {
  const own = actor.kind === 'session' ? ledger.sessions.get(actor.id ?? '')?.root === group.root : true
  return own && chance(0.5) ? group.name : group.id
}

/** Who coordinates it; sometimes the operator. */
function byCoordinator({ coordinator }: GroupBook, choose: Chooser): Actor {
  if (choose.chance(0.05)) return choose.anyone()
  return coordinator === undefined || choose.chance(0.25) ? OPERATOR : choose.as(coordinator)
}

/** An open session or a live run that the actor may address. */
function memberFor(actor: Actor, choose: Chooser): string | undefined {
  if (choose.chance(0.6)) {
    const session = choose.openSession()
    return session && (choose.chance(0.5) ? session.id : `session:${session.id}`)
  }
  const run = relatedRun(actor, choose)
  return run && `run:${run.id}`
}

function relatedRun(actor: Actor, { ledger, one }: Chooser, fits: (run: RunBook) => boolean = () => true) {
  const all = [...ledger.runs.values()]
  const root = ledger.sessions.get(actor.id ?? '')?.root
  return one(
    all.filter((run) => isLive(run) && (actor.kind !== 'session' || run.root === root) && fits(run)),
    all,
  )
}

export const formGroup: Maker = (choose) => {
  const { ledger, random, chance, maybe } = choose
  const living = [...ledger.groups.values()].filter(({ status }) => status !== 'disbanded')
  if (living.length > 3 && chance(0.85)) return undefined
  const session = choose.openSession()
  if (session === undefined) return undefined
  const actor = chance(0.3) ? OPERATOR : choose.as(session.id)
  const other = choose.openSession()
  const members = [0, 1, 2].flatMap(() => (chance(0.6) ? (memberFor(actor, choose) ?? []) : []))
  const name = chance(0.6) ? random.pick(NAMES) : `g${random.below(20)}`
  return {
    actor,
    command: {
      type: 'FormGroup',
      name: chance(0.2) ? `${session.root}/${name}` : name,
      ...(actor.kind === 'operator' && { coordinator: session.id }),
      ...(other !== undefined && actor.kind !== 'operator' && maybe(0.2, () => ({ coordinator: other.id }))),
      ...maybe(0.9, () => ({ members })),
    },
  }
}

export const addMember: Maker = (choose) => {
  const group = livingGroup(choose, ({ members }) => members.size < 6)
  if (group === undefined) return undefined
  const actor = byCoordinator(group, choose)
  const member = memberFor(actor, choose)
  return member === undefined
    ? undefined
    : { actor, command: { type: 'AddMember', group: nameFor(group, actor, choose), member } }
}

export const removeMember: Maker = (choose) => {
  const group = livingGroup(choose, ({ members }) => members.size > 0)
  const found = group && choose.one([...group.members])
  if (group === undefined || found === undefined) return undefined
  const [member, seat] = found
  const leaves = choose.ledger.sessions.get(seat)?.status === 'open' && choose.chance(0.3)
  const actor = leaves ? choose.as(seat) : byCoordinator(group, choose)
  return { actor, command: { type: 'RemoveMember', group: nameFor(group, actor, choose), member } }
}

export const transferCoordinator: Maker = (choose) => {
  const group = livingGroup(choose)
  const to = choose.openSession()
  if (group === undefined || to === undefined) return undefined
  const open = [...group.members.values()].filter((id) => choose.ledger.sessions.get(id)?.status === 'open')
  const taker = group.coordinator === undefined && choose.chance(0.7) ? choose.one(open) : undefined
  const actor = taker === undefined ? byCoordinator(group, choose) : choose.as(taker)
  const reason = choose.maybe(0.3, () => ({ reason: 'so' }))
  const named = nameFor(group, actor, choose)
  return { actor, command: { type: 'TransferCoordinator', group: named, to: taker ?? to.id, ...reason } }
}

export const disbandGroup: Maker = (choose) => {
  const group = livingGroup(choose, ({ status }) => status !== 'active')
  if (group === undefined) return undefined
  const actor = byCoordinator(group, choose)
  return { actor, command: { type: 'DisbandGroup', group: nameFor(group, actor, choose) } }
}

export const dispatchRound: Maker = (choose) => {
  const { random, chance, maybe } = choose
  const group = livingGroup(choose, ({ status }) => status !== 'active')
  if (group === undefined) return undefined
  const actor = byCoordinator(group, choose)
  const ids = ['a', 'b', 'constructor', '7', '1'].slice(random.below(3)).slice(0, 1 + random.below(4))
  const items = ids.map((itemId): Item => ({ itemId, ...workFor(actor, choose), ...payload(choose) }))
  const mode = random.pick(['all', 'any', 'quorum', 'settled'] as const)
  const quorum = 1 + random.below(items.length)
  return {
    actor,
    command: {
      type: 'DispatchRound',
      group: nameFor(group, actor, choose),
      items,
      ...maybe(0.85, () => ({
        fanIn: {
          mode,
          ...((mode === 'quorum') !== chance(0.02) && { quorum }),
          ...maybe(0.5, () => ({ deadline: choose.instant(1 + random.below(25_000)) })),
        },
      })),
    },
  }
}

const isOpen = ({ effects }: RunBook): boolean => [...effects.values()].some(({ outcome }) => outcome === undefined)

/** A run, a session, an effect of a run, or nobody. */
function workFor(actor: Actor, choose: Chooser): Partial<Item> {
  switch (choose.random.below(8)) {
    case 0:
    case 1: {
      const run = relatedRun(actor, choose)
      return run === undefined ? {} : { run: run.id }
    }
    case 2:
    case 3:
    case 4: {
      const session = choose.openSession()
      return session === undefined ? {} : { session: session.id }
    }
    case 5:
    case 6: {
      const run = relatedRun(actor, choose, isOpen)
      const open = [...(run?.effects ?? [])].filter(([, { outcome }]) => outcome === undefined).map(([id]) => id)
      const effect = choose.one(open, [...(run?.effects.keys() ?? [])])
      return run === undefined || effect === undefined ? {} : { effect: `${run.id}/${effect}` }
    }
    default:
      return {}
  }
}

const payload = ({ maybe, random, chance }: Chooser): Partial<Item> =>
  maybe(0.5, () => ({ payload: chance(0.02) ? 'x'.repeat(2_000) : random.pick<unknown>(['do it', { n: 1 }, null, 0]) }))

/** One with something left to settle, over or not; now and then any. */
function unsettled({ ledger, one, chance }: Chooser): RoundBook | undefined {
  const all = [...ledger.rounds.values()]
  const fits = all.filter(
    ({ status, items, group }) =>
      status !== 'cancelled' &&
      ledger.groups.get(group)?.status !== 'disbanded' &&
      [...items.values()].some(({ outcome }) => outcome === undefined),
  )
  const open = fits.filter(({ status }) => status === 'open')
  return one(chance(0.7) && open.length > 0 ? open : fits, all)
}

export const settleItem: Maker = (choose) => {
  const { ledger, random, maybe, chance } = choose
  const round = unsettled(choose)
  const group = ledger.groups.get(round?.group ?? '')
  if (round === undefined || group === undefined) return undefined
  const item = choose.one(
    [...round.items.values()].filter(({ outcome }) => outcome === undefined),
    [...round.items.values()],
  )
  if (item === undefined) return undefined
  const worker = item.session ?? ledger.runs.get(item.run ?? '')?.session
  const isOpen = worker !== undefined && ledger.sessions.get(worker)?.status === 'open'
  const actor = isOpen && chance(0.6) ? choose.as(worker) : byCoordinator(group, choose)
  return {
    actor,
    command: {
      type: 'SettleItem',
      group: nameFor(group, actor, choose),
      ...((round.number !== group.rounds || chance(0.5)) && { round: round.number }),
      itemId: item.id,
      outcome: chance(0.65) ? 'ok' : 'failed',
      ...maybe(0.6, () => ({ result: random.pick<unknown>([null, 0, 'done', { files: ['a'] }, 'x'.repeat(600)]) })),
      ...maybe(0.3, () => ({ reason: 'because' })),
    },
  }
}

const onOpenRound =
  (what: (round: RoundBook, group: string, choose: Chooser) => Proposal['command']): Maker =>
  (choose) => {
    const group = livingGroup(choose, ({ status }) => status === 'active')
    const round = choose.ledger.rounds.get(`${group?.id} ${group?.rounds}`)
    if (group === undefined || round === undefined) return undefined
    const actor = byCoordinator(group, choose)
    return { actor, command: what(round, nameFor(group, actor, choose), choose) }
  }

export const checkpointGroup = onOpenRound(({ checkpoints }, group, { one, maybe }) => ({
  type: 'CheckpointGroup',
  group,
  label:
    one(
      ['c1', 'c2', 'constructor', '1'].filter((label) => !checkpoints.has(label)),
      ['c1'],
    ) ?? 'c9',
  ...maybe(0.4, () => ({ partial: { so: 'far' } })),
}))

export const cancelRound = onOpenRound((_, group) => ({ type: 'CancelRound', group, reason: 'not needed' }))
