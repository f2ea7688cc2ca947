/** Addresses: from the text to the one mailbox that it means. Sets are in address-set.ts. */
import { ID_PATTERN } from '../ids.ts'
import type { Acting } from './acting.ts'
import { of } from './dict.ts'
import { endedRun, livingGroup, openSession, unknownEffect, unknownRun, unknownSession, unknownTask } from './find.ts'
import { groupIdOf } from './group.ts'
import { OPERATOR, runMailbox, sessionMailbox, type Recipient } from './mailbox.ts'
import { refuse } from './refuse.ts'
import { isLive, type Run } from './run.ts'
import { groupsOf } from './seat.ts'
import type { World } from './world.ts'

const RELATIVES = ['parent', 'root'] as const
const RELATIVE_SETS = ['children', 'siblings', 'descendants', 'ancestors'] as const

/** No id: they mean something in an address. */
const RESERVED: ReadonlySet<string> = new Set(['operator', 'system', ...RELATIVES, ...RELATIVE_SETS])

export const isId = (text: string): boolean => ID_PATTERN.test(text) && !RESERVED.has(text)

type Relative = (typeof RELATIVES)[number]
export type RelativeSet = (typeof RELATIVE_SETS)[number]

export type Address =
  | { readonly kind: 'session' | 'run' | 'name'; readonly id: string }
  | { readonly kind: 'effect'; readonly runId: string; readonly effectId: string }
  | { readonly kind: 'owner'; readonly taskId: string }
  | { readonly kind: 'coordinator' | 'group'; readonly name: string }
  | { readonly kind: 'operator' }
  | { readonly kind: 'relative'; readonly which: Relative }
  | { readonly kind: 'task'; readonly id: string }
  | { readonly kind: 'relatives'; readonly which: RelativeSet }

const isOneOf = <T extends string>(list: readonly T[], text: string): text is T =>
  (list as readonly string[]).includes(text)

export function parseAddress(text: string): Address {
  if (text === 'operator') return { kind: 'operator' }
  if (isOneOf(RELATIVES, text)) return { kind: 'relative', which: text }
  if (isOneOf(RELATIVE_SETS, text)) return { kind: 'relatives', which: text }
  const colon = text.indexOf(':')
  if (colon < 0) return isLabelLike(text) ? { kind: 'name', id: text } : badAddress(text)
  const [scheme, rest] = [text.slice(0, colon), text.slice(colon + 1)]
  switch (scheme) {
    case 'session':
    case 'run':
    case 'task':
      return isId(rest) ? { kind: scheme, id: rest } : badAddress(text)
    case 'effect': {
      const [runId = '', effectId = '', more] = rest.split('/')
      if (!isId(runId) || !isId(effectId) || more !== undefined) return badAddress(text)
      return { kind: 'effect', runId, effectId }
    }
    case 'owner@task':
      return isId(rest) ? { kind: 'owner', taskId: rest } : badAddress(text)
    case 'group':
      return isGroupName(rest) ? { kind: 'group', name: rest } : badAddress(text)
    case 'coordinator@group':
      return isGroupName(rest) ? { kind: 'coordinator', name: rest } : badAddress(text)
    default:
      return badAddress(text)
  }
}

/** `<name>`, or `<root session>/<name>`. */
export function isGroupName(text: string): boolean {
  const parts = text.split('/')
  return parts.length <= 2 && parts.every(isId)
}

/** A bare name is a session's id or its label; labels are free text. */
const isLabelLike = (text: string): boolean => text.trim() !== '' && !/[\u0000-\u001f\u007f]/.test(text)

const badAddress = (text: string): never =>
  refuse('BAD_ADDRESS', `${JSON.stringify(text)} is no address`, {
    details: { address: text },
    hint:
      'session:<id> run:<id> effect:<run>/<effect> owner@task:<id> coordinator@group:<name> operator parent root; ' +
      'for a broadcast task:<id> group:<name> children siblings descendants ancestors',
  })

// ---- one mailbox

/** The one mailbox that an address means. Relies on its lifecycle: nothing is attached to what is being closed. */
export function resolveOne(world: World, by: Acting, text: string): Recipient {
  const address = parseAddress(text)
  switch (address.kind) {
    case 'operator':
      return OPERATOR
    case 'session':
      return sessionMailbox(openSession(world, address.id).id)
    case 'name':
      return sessionMailbox(openSession(world, sessionNamed(world, address.id)).id)
    case 'run':
      return toRun(world, by, address.id)
    case 'effect':
      return toEffect(world, by, address.runId, address.effectId)
    case 'owner':
      return toOwner(world, address.taskId)
    case 'relative':
      return toRelative(world, by, text, address.which)
    case 'coordinator':
      return toCoordinator(world, by, address.name)
    case 'task':
    case 'group':
    case 'relatives':
      return refuse('BAD_ADDRESS', `${text} means several: a message goes to one mailbox`, {
        details: { address: text },
        hint: `Broadcast to it: baton broadcast ${text} <text>`,
      })
  }
}

/** Where an answer goes: whoever was written to may answer the run that wrote, related or not. */
export function resolveAnswer(world: World, by: Acting, text: string): Recipient {
  const address = parseAddress(text)
  return address.kind === 'run' ? runMailbox(reachable(world, address.id)) : resolveOne(world, by, text)
}

/** The session that a bare name means: its id, or the label that only one open session has. */
export function sessionNamed(world: World, name: string): string {
  if (world.peek.session(name) !== undefined) return name
  const labelled = world.peek.labelled(name)
  const open = labelled.filter((id) => world.peek.isOpen('session', id) && world.peek.session(id)?.status === 'open')
  const candidates = open.length > 0 ? open : labelled
  if (candidates.length > 1) {
    return refuse('AMBIGUOUS_ADDRESS', `${candidates.length} sessions are called ${JSON.stringify(name)}`, {
      details: { name, sessions: candidates },
      hint: `Name one by its id: ${candidates
        .slice(0, 3)
        .map((id) => `session:${id}`)
        .join(', ')}`,
    })
  }
  return candidates[0] ?? unknownSession(world.peek, name)
}

/** A session by an address, for what only a session can take: a task, a coordinator's seat. */
export function resolveSession(world: World, text: string): string {
  const address = parseAddress(text)
  if (address.kind === 'session') return openSession(world, address.id).id
  if (address.kind === 'name') return openSession(world, sessionNamed(world, address.id)).id
  return refuse('BAD_ADDRESS', `${text} is no session`, {
    details: { address: text },
    hint: 'Only a session can do that: session:<id>, or its bare name.',
  })
}

function toRun(world: World, by: Acting, id: string): Recipient {
  const run = reachable(world, id)
  assertRelated(world, by, run)
  return runMailbox(run)
}

/** A live run of an open session. */
function reachable(world: World, id: string): Run {
  const run = world.run(id)
  if (run === undefined) return unknownRun(world.peek, id)
  if (!isLive(run)) return endedRun(run)
  openSession(world, run.sessionId)
  return run
}

/** Where an effect is being worked on: its latest live run, else the run that asked for it. */
function toEffect(world: World, by: Acting, runId: string, effectId: string): Recipient {
  const requesting = world.run(runId)
  if (requesting === undefined) return unknownRun(world.peek, runId)
  const effect = of(requesting.effects, effectId) ?? unknownEffect(requesting, effectId)
  const serving = effect.runs.findLast((id) => {
    const run = world.peek.run(id)
    return run !== undefined && isLive(run)
  })
  return toRun(world, by, serving ?? runId)
}

function toOwner(world: World, taskId: string): Recipient {
  const task = world.task(taskId)
  if (task === undefined) return unknownTask(world.peek, taskId)
  if (task.owner === undefined) {
    return refuse('NO_RECIPIENTS', `nobody owns task ${taskId}`, {
      details: { taskId },
      hint: `Broadcast to it: baton broadcast task:${taskId} <text>`,
    })
  }
  return sessionMailbox(openSession(world, task.owner).id)
}

function toCoordinator(world: World, by: Acting, name: string): Recipient {
  const group = livingGroup(world, groupNamed(world, by, name))
  if (group.coordinator !== undefined) return sessionMailbox(openSession(world, group.coordinator).id)
  return refuse('NO_RECIPIENTS', `nobody coordinates group ${group.id} since ${group.vacatedBy ?? ''} left`, {
    details: { group: group.id, vacatedBy: group.vacatedBy },
    hint: `Take the seat: baton group transfer ${group.id} <session>`,
  })
}

/** The id of the group that a name means: one's own root session's; for the operator, who has none, the only one. */
export function groupNamed(world: World, by: Pick<Acting, 'session'>, name: string): string {
  const [root = '', itsName] = name.split('/')
  // Which root session a session belongs to never changes.
  if (itsName !== undefined) return groupIdOf(world.peek.session(root)?.rootSessionId ?? root, itsName)
  if (by.session !== undefined) return groupIdOf(by.session.rootSessionId, name)
  const named = world.peek.groupsNamed(name)
  const living = named.filter((id) => world.peek.isOpen('group', id))
  const ids = living.length > 0 ? living : named
  if (ids.length <= 1) return ids[0] ?? name
  return refuse('AMBIGUOUS_ADDRESS', `${ids.length} groups are called ${name}`, {
    details: { name, groups: ids },
    hint: `Name one with its root session: ${ids.slice(0, 3).join(', ')}`,
  })
}

function toRelative(world: World, by: Acting, text: string, which: Relative): Recipient {
  const { session, run } = by
  if (session === undefined) return noRelatives(text)
  if (run !== undefined) {
    const id = which === 'root' ? run.rootRunId : run.parentRunId
    if (id !== undefined && id !== run.id) return toRun(world, by, id)
  } else {
    const id = which === 'root' ? session.rootSessionId : session.parentSessionId
    if (id !== undefined && id !== session.id) return sessionMailbox(openSession(world, id).id)
  }
  return refuse('NO_RECIPIENTS', `${by.mailbox.mailbox} has no ${which}`, { details: { address: text } })
}

export const noRelatives = (text: string): never =>
  refuse('BAD_ADDRESS', `${text} is relative to a session or a run, and the operator is neither`, {
    details: { address: text },
    hint: 'Act as a session: --as <session>',
  })

/**
 * A run may be addressed by what shares its session tree, a task or a group. Looked at, not relied on: who was related
 * when the message was decided may send it.
 */
function assertRelated(world: World, by: Acting, run: Run): void {
  const mine = by.session
  if (by.operator || mine === undefined || mine.rootSessionId === run.rootSessionId) return
  const [my, their] = [world.peek.seat(mine.id), world.peek.seat(run.sessionId)]
  for (const taskId in my?.participates) if (of(their?.participates, taskId) !== undefined) return
  const groups = groupsOf(their)
  for (const groupId of groupsOf(my)) if (groups.has(groupId)) return
  refuse('UNRELATED', `run ${run.id} shares no session tree, task or group with session ${mine.id}`, {
    details: { runId: run.id, sessionId: run.sessionId },
    hint: `Write to its session: session:${run.sessionId}`,
  })
}
