/** Addresses of several: from the text to all mailboxes that it means. */
import type { Acting } from './acting.ts'
import { groupNamed, noRelatives, parseAddress, type RelativeSet } from './address.ts'
import { of } from './dict.ts'
import { livingGroup, unknownTask } from './find.ts'
import { mailboxKind, runMailbox, sessionMailbox, type Recipient } from './mailbox.ts'
import { refuse } from './refuse.ts'
import { isLive, type Run } from './run.ts'
import type { World } from './world.ts'

/** The mailboxes that a set address means, the sender's own included where it belongs to the set. */
export function resolveSet(world: World, by: Acting, text: string): Recipient[] {
  const address = parseAddress(text)
  switch (address.kind) {
    case 'task':
      return participants(world, by, address.id)
    case 'group':
      return members(world, by, address.name)
    case 'relatives':
      if (by.session === undefined) return noRelatives(text)
      return by.run === undefined
        ? sessionRelatives(world, by.session.id, address.which)
        : runRelatives(world, by.run, address.which)
    default:
      return refuse('BAD_ADDRESS', `${text} is no set: a broadcast goes to several`, {
        details: { address: text },
        hint: `Send to it: baton send ${text} <text>`,
      })
  }
}

function participants(world: World, by: Acting, taskId: string): Recipient[] {
  const task = world.task(taskId)
  if (task === undefined) return unknownTask(world.peek, taskId)
  if (task.status === 'closed') {
    return refuse('TASK_CLOSED', `task ${taskId} is closed`, { details: { taskId } })
  }
  if (!by.operator && of(task.participants, by.session?.id ?? '') === undefined) {
    return refuse('NOT_PARTICIPANT', `session ${by.session?.id ?? ''} takes no part in task ${taskId}`, {
      details: { taskId, sessionId: by.session?.id },
      hint: `Join it: baton task join ${taskId}`,
    })
  }
  return openOnes(world, Object.keys(task.participants))
}

function members(world: World, by: Acting, name: string): Recipient[] {
  const group = livingGroup(world, groupNamed(world, by, name))
  const id = by.session?.id
  if (!by.operator && group.coordinator !== id && !Object.values(group.members).includes(id ?? '')) {
    return refuse('NOT_PARTICIPANT', `session ${id ?? ''} is no member of group ${group.id}`, {
      details: { group: group.id, sessionId: id },
      hint: `Its coordinator can add it: baton group add ${group.id} ${id ?? '<session>'}`,
    })
  }
  return Object.keys(group.members).flatMap((member) => {
    const [kind, memberId] = mailboxKind(member)
    return kind === 'run' ? liveOnes(world, [memberId]) : openOnes(world, [memberId])
  })
}

/** Relies on each of them: who is being closed gets nothing any more. */
const openOnes = (world: World, ids: readonly string[]): Recipient[] =>
  ids.filter((id) => world.session(id)?.status === 'open').map(sessionMailbox)

function liveOnes(world: World, ids: readonly string[]): Recipient[] {
  return ids.flatMap((id) => {
    const run = world.run(id)
    if (run === undefined || !isLive(run) || world.session(run.sessionId)?.status !== 'open') return []
    return [runMailbox(run)]
  })
}

function runRelatives(world: World, run: Run, which: RelativeSet): Recipient[] {
  // Relied on: a child that is started meanwhile belongs to the set.
  const childrenOf = (id: string): string[] => Object.keys(world.run(id)?.children ?? {})
  const parentOf = (id: string): string | undefined => world.peek.run(id)?.parentRunId
  return liveOnes(world, relatives(run.id, which, childrenOf, parentOf))
}

function sessionRelatives(world: World, id: string, which: RelativeSet): Recipient[] {
  const childrenOf = (at: string): string[] => Object.keys(world.peek.seat(at)?.children ?? {})
  const parentOf = (at: string): string | undefined => world.peek.session(at)?.parentSessionId
  return openOnes(world, relatives(id, which, childrenOf, parentOf))
}

/** In a tree of sessions or of runs. Never the one who asks. */
function relatives(
  self: string,
  which: RelativeSet,
  childrenOf: (id: string) => string[],
  parentOf: (id: string) => string | undefined,
): string[] {
  switch (which) {
    case 'children':
      return childrenOf(self)
    case 'siblings': {
      const parent = parentOf(self)
      return parent === undefined ? [] : childrenOf(parent).filter((id) => id !== self)
    }
    case 'descendants': {
      // A set: it grows while it is walked, and ends where a faulty writer made a circle.
      const below = new Set(childrenOf(self))
      for (const id of below) for (const child of childrenOf(id)) below.add(child)
      below.delete(self)
      return [...below]
    }
    case 'ancestors': {
      const above = new Set<string>()
      for (let at = parentOf(self); at !== undefined && !above.has(at); at = parentOf(at)) above.add(at)
      return [...above]
    }
  }
}
