/** Rounds in which a session is closed while others send to it, hand over to it and start runs in it. */
import { expect } from 'vitest'
import type { Command } from '../../src/commands/catalog.ts'
import type { Hub } from '../../src/hub.ts'
import type { LoggedEvent } from '../../src/queries/reading.ts'
import { fateOf, sessionActor, type Outcome, type Step } from './agents.ts'
import type { Random } from './random.ts'

export interface Round {
  readonly number: number
  readonly victim: string
  /** Its successor, in every other round. */
  readonly heir: string | undefined
}

type Kind = 'send' | 'acknowledge' | 'broadcast' | 'claim' | 'handoff' | 'offer' | 'start' | 'letter' | 'close'

interface Deed extends Step {
  readonly kind: Kind
}

export interface Done {
  readonly deed: Deed
  readonly outcome: Outcome
}

export const sender = (i: number): string => `sender-${i}`

export const roundOf = (number: number): Round => ({
  number,
  victim: `victim-${number}`,
  heir: number % 2 === 0 ? `heir-${number}` : undefined,
})

// ---- before

export async function prepare(
  hub: Hub,
  { number, victim, heir }: Round,
  lists: readonly (readonly Deed[])[],
): Promise<void> {
  await hub.send({ type: 'OpenSession', sessionId: victim })
  if (heir !== undefined) await hub.send({ type: 'OpenSession', sessionId: heir })
  const open = (taskId: string, rest: object): Promise<unknown> =>
    hub.send({ type: 'OpenTask', taskId, title: taskId, ...rest })
  await Promise.all([
    open(`own-${number}`, { owner: victim }),
    open(`team-${number}`, { participants: [victim, ...lists.map((_, i) => sender(i))] }),
    ...lists.flatMap((deeds, i) =>
      deeds.map(({ kind, command }) => {
        if (command === undefined || !('taskId' in command)) return undefined
        return open(command.taskId as string, kind === 'claim' ? {} : { owner: sender(i) })
      }),
    ),
  ])
}

/** How many things each sender does in a round. */
const DEEDS = 4

/** What one of the senders does in a round, drawn by lot; `closes` says that it closes the victim on the way. */
export function deedsOf(i: number, { number, victim, heir }: Round, closes: boolean, random: Random): Deed[] {
  const to = `session:${victim}`
  const as = sessionActor(sender(i))
  const operator = { kind: 'operator' } as const
  const runId = `run-${number}-${i}`
  const close: Command = {
    type: 'CloseSession',
    sessionId: victim,
    outcome: 'done',
    force: true,
    ...(heir !== undefined && { successorId: heir }),
  }
  const units: Deed[][] = [
    [
      { kind: 'send', as, command: { type: 'SendMessage', to, body: `from ${i}` } },
      { kind: 'acknowledge', as: sessionActor(victim) },
    ],
    [{ kind: 'send', as, command: { type: 'SendMessage', to, body: `again from ${i}` } }],
    [{ kind: 'broadcast', as, command: { type: 'Broadcast', to: `task:team-${number}`, body: `to all from ${i}` } }],
    [
      {
        kind: 'claim',
        as: operator,
        command: { type: 'ClaimTask', taskId: `claim-${number}-${i}`, sessionId: victim },
      },
    ],
    [{ kind: 'handoff', as, command: { type: 'Handoff', taskId: `hand-${number}-${i}`, to } }],
    [{ kind: 'offer', as, command: { type: 'Handoff', taskId: `offer-${number}-${i}`, to, mode: 'offer' } }],
    [
      { kind: 'start', as: operator, command: { type: 'StartRun', runId, sessionId: victim, begin: true } },
      { kind: 'letter', as: operator, command: { type: 'SendMessage', to: `run:${runId}`, body: `to a run` } },
    ],
  ]
  const deeds: Deed[][] = []
  while (deeds.length < DEEDS) deeds.push(...units.splice(random.below(units.length), 1))
  if (closes) deeds.splice(random.below(DEEDS + 1), 0, [{ kind: 'close', as: operator, command: close }])
  return deeds.flat().map((deed, at) => (deed.kind === 'acknowledge' ? { ...deed, acknowledge: at - 1 } : deed))
}

// ---- after

/** What a deed against a closing session may be answered. */
const ALLOWED: Record<Kind, readonly string[]> = {
  send: ['accepted', 'SESSION_CLOSED'],
  acknowledge: ['accepted', 'SESSION_CLOSED', 'NOTHING_SENT'],
  broadcast: ['accepted'],
  claim: ['accepted', 'SESSION_CLOSED'],
  handoff: ['accepted', 'SESSION_CLOSED'],
  offer: ['accepted', 'SESSION_CLOSED'],
  start: ['accepted', 'SESSION_CLOSED'],
  letter: ['accepted', 'SESSION_CLOSED', 'UNKNOWN_RUN', 'RUN_TERMINAL'],
  close: ['accepted', 'SESSION_CLOSED'],
}

const acceptedOf = (done: readonly Done[], ...kinds: Kind[]): { deed: Deed; events: readonly LoggedLike[] }[] =>
  done.flatMap(({ deed, outcome }) =>
    kinds.includes(deed.kind) && outcome.ok ? [{ deed, events: outcome.receipt.events as readonly LoggedLike[] }] : [],
  )

type LoggedLike = Pick<LoggedEvent, 'type' | 'position'> & { readonly data: Record<string, string> }

/** The victim holds nothing any more, and everything that was accepted is somewhere. */
export async function expectClosed(hub: Hub, round: Round, done: readonly Done[]): Promise<void> {
  const { victim, heir } = round
  for (const { deed, outcome } of done) expect(ALLOWED[deed.kind], deed.kind).toContain(fateOf(outcome))
  // One of them closed it. Who began and was overtaken has nothing left to do; who came later is told that it is closed.
  const closed = acceptedOf(done, 'close').filter(({ events }) => events.some(({ type }) => type === 'SessionClosed'))
  expect(closed).toHaveLength(1)

  await hub.catchUp()
  expect(await hub.session(victim)).toMatchObject({
    status: 'closed',
    waiting: 0,
    owns: [],
    participates: [],
    liveRuns: [],
  })
  expect(await hub.inbox(victim).list()).toEqual([])
  await expectMail(hub, round, done)
  await expectTasks(hub, round, done)
  for (const { deed } of acceptedOf(done, 'start')) {
    const { runId } = deed.command as { runId: string }
    expect(await hub.runs.get(runId)).toMatchObject({ status: 'failed', sessionId: victim })
  }
  if (heir !== undefined) expect((await hub.session(heir))?.status).toBe('open')
}

/** Every accepted message: acknowledged, with the successor, or a dead letter. */
async function expectMail(hub: Hub, { victim, heir }: Round, done: readonly Done[]): Promise<void> {
  const acknowledged = new Set(
    acceptedOf(done, 'acknowledge').flatMap(({ events }) => events.map(({ data }) => data['messageId'])),
  )
  const inherited = new Set<string | undefined>()
  const dead = new Set((await hub.deadLetters()).map(({ messageId, mailbox }) => `${messageId} ${mailbox}`))
  for (const { events } of acceptedOf(done, 'send', 'broadcast', 'handoff', 'offer', 'letter')) {
    for (const { type, data } of events) {
      if (type !== 'MessageDelivered') continue
      const { messageId = '', mailbox = '', sessionId } = data
      const deliveries = (await hub.message(messageId))?.deliveries ?? {}
      const { state, to } = deliveries[mailbox] ?? {}
      if (sessionId !== victim) {
        expect(state).toBe('pending')
      } else if (acknowledged.has(messageId)) {
        expect(state).toBe('acknowledged')
      } else if (heir === undefined) {
        expect(state).toBe('dead')
        expect(dead.has(`${messageId} ${mailbox}`)).toBe(true)
      } else {
        expect({ state, to }).toEqual({ state: 'transferred', to: `session:${heir}` })
        expect(deliveries[`session:${heir}`]?.state).toBe('pending')
        inherited.add(messageId)
      }
    }
  }
  if (heir === undefined) return
  const waiting = await hub.inbox(heir).list({ limit: 1_000 })
  const theirs = waiting.filter(({ kind }) => kind !== 'notice').map(({ id }) => id)
  expect(theirs).toHaveLength(inherited.size)
  expect(new Set(theirs)).toEqual(inherited)
}

/** Every task that came to the victim went on to the successor, or to nobody. */
async function expectTasks(hub: Hub, { number, victim, heir }: Round, done: readonly Done[]): Promise<void> {
  const came = acceptedOf(done, 'claim', 'handoff').map(({ deed }) => (deed.command as { taskId: string }).taskId)
  for (const taskId of [`own-${number}`, ...came]) {
    const found = await hub.owner(taskId)
    expect(found?.owner).toBe(heir)
    const last = found?.chain.at(-1)
    expect(last).toMatchObject({ from: victim, mode: heir === undefined ? 'released' : 'succession' })
    expect(found?.chain.map(({ epoch }) => epoch)).toEqual(found?.chain.map((_, i) => i + 1))
    expect(found?.epoch).toBe(found?.chain.length)
  }
  for (const { deed } of done) {
    if (deed.kind !== 'offer') continue
    const { taskId } = deed.command as { taskId: string }
    const found = await hub.owner(taskId)
    expect(found?.offer).toBeUndefined()
    expect(found?.owner).toBe(deed.as?.id)
  }
}

// ---- the log as a whole

/** What attaches something to a session: nothing of it stands behind the word that the session is closing. */
function attachedTo({ type, data }: LoggedLike): string | undefined {
  switch (type) {
    case 'MessageDelivered':
    case 'ParticipantJoined':
    case 'RunStarted':
    case 'MessageAcknowledged':
      return data['sessionId']
    case 'OwnershipTransferred':
    case 'HandoffOffered':
      return data['to']
    case 'MessageTransferred':
      return data['toSessionId']
    default:
      return undefined
  }
}

const SETTLED = new Set(['MessageAcknowledged', 'MessageTransferred', 'MessageDeadLettered'])

function once(seen: Set<string>, what: string, { type, position }: LoggedLike): void {
  if (seen.has(what)) expect.unreachable(`${type} at ${position}: ${what} once more`)
  seen.add(what)
}

/** Nothing was attached behind SessionClosing, nothing was sent or settled twice, and each session was closed once. */
export async function expectSoundLog(hub: Hub, rounds: number): Promise<void> {
  const closing = new Map<string | undefined, number>()
  const closed: (string | undefined)[] = []
  const [sent, delivered, settled] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for await (const event of hub.log()) {
    const { type, position, data } = event as LoggedLike
    if (type === 'SessionClosing') closing.set(data['sessionId'], position)
    if (type === 'SessionClosed') closed.push(data['sessionId'])
    const barred = closing.get(attachedTo(event as LoggedLike) ?? '')
    if (barred !== undefined) expect.unreachable(`${type} at ${position}, behind SessionClosing at ${barred}`)
    const delivery = `${data['messageId']} ${data['mailbox']}`
    if (type === 'MessageSent') once(sent, data['messageId'] ?? '', event as LoggedLike)
    else if (type === 'MessageDelivered') once(delivered, delivery, event as LoggedLike)
    else if (SETTLED.has(type)) once(settled, delivery, event as LoggedLike)
  }
  expect(closed).toHaveLength(rounds)
  expect(new Set(closed).size).toBe(rounds)
  for (const { owner, participants, offer, status } of await hub.tasks()) {
    if (status === 'closed') continue
    for (const id of [owner, offer?.from, offer?.to, ...participants]) expect(closing.has(id)).toBe(false)
  }
}
