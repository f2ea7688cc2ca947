/** What a command names has to be there, and in a state for it. Each of these relies on what it looks at. */
import { nearest } from './nearest.ts'
import type { Group } from './group.ts'
import { refuse } from './refuse.ts'
import { isLive, type Run } from './run.ts'
import type { Session } from './session.ts'
import type { Task } from './task.ts'
import type { States, World } from './world.ts'

export function openSession(world: World, id: string): Session {
  const session = world.session(id)
  if (session === undefined) return unknownSession(world.peek, id)
  if (session.status !== 'open') return closedSession(session)
  return session
}

export function closedSession(session: Session): never {
  const successor = session.closing?.successorId
  refuse('SESSION_CLOSED', `session ${session.id} is ${session.status}`, {
    details: { sessionId: session.id, status: session.status, ...(successor !== undefined && { successor }) },
    hint:
      session.status === 'closing'
        ? `It is being closed; finish that: baton session close ${session.id}`
        : successor === undefined
          ? `Open it again: baton session reopen ${session.id}`
          : `Its successor is ${successor}; or open it again: baton session reopen ${session.id}`,
  })
}

export function unknownSession(states: States, id: string): never {
  const near = nearest(id, states.ids('session'))
  refuse('UNKNOWN_SESSION', `there is no session ${id}`, {
    details: { sessionId: id, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Open it: baton session open ${id}`,
  })
}

export function anyRun(world: World, id: string): Run {
  return world.run(id) ?? unknownRun(world.peek, id)
}

export function liveRun(world: World, id: string): Run {
  const run = anyRun(world, id)
  if (!isLive(run)) return endedRun(run)
  return run
}

export function endedRun(run: Run): never {
  refuse('RUN_TERMINAL', `run ${run.id} has ${run.status === 'cancelled' ? 'been cancelled' : run.status}`, {
    details: { runId: run.id, status: run.status },
    hint: `Look at it: baton run show ${run.id}`,
  })
}

export function unknownRun(states: States, id: string): never {
  const near = nearest(id, states.ids('run'))
  refuse('UNKNOWN_RUN', `there is no run ${id}`, {
    details: { runId: id, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'See them: baton run list --all',
  })
}

function anyTask(world: World, id: string): Task {
  return world.task(id) ?? unknownTask(world.peek, id)
}

export function openTask(world: World, id: string): Task {
  const task = anyTask(world, id)
  if (task.status === 'closed') {
    refuse('TASK_CLOSED', `task ${id} is closed: ${task.outcome ?? 'done'}`, {
      details: { taskId: id, outcome: task.outcome },
      hint: `Read how it went: baton history --task ${id}`,
    })
  }
  return task
}

export function unknownTask(states: States, id: string): never {
  const near = nearest(id, states.ids('task'))
  refuse('UNKNOWN_TASK', `there is no task ${id}`, {
    details: { taskId: id, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Open it: baton task open ${id} --title <title>`,
  })
}

export function unknownEffect(run: Run, effectId: string): never {
  refuse('UNKNOWN_EFFECT', `run ${run.id} has no effect ${effectId}`, {
    details: { runId: run.id, effectId, effects: Object.keys(run.effects) },
    hint: `See its effects: baton run show ${run.id}`,
  })
}

export const effectSettled = (runId: string, effectId: string, outcome: string): never =>
  refuse('INVALID_TRANSITION', `effect ${effectId} of run ${runId} is settled: ${outcome}`, {
    details: { runId, effectId, outcome },
  })

export function unknownGroup(states: States, id: string): never {
  const near = nearest(id, states.ids('group'))
  refuse('UNKNOWN_GROUP', `there is no group ${id}`, {
    details: { group: id, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Form it: baton group form ${id}`,
  })
}

/** A group that has not been disbanded. Relies on it. */
export function livingGroup(world: World, id: string): Group {
  const group = world.group(id) ?? unknownGroup(world.peek, id)
  if (group.status !== 'disbanded') return group
  return refuse('GROUP_DISBANDED', `group ${id} was disbanded`, {
    details: { group: id, at: group.disbandedAt, ...(group.reason !== undefined && { reason: group.reason }) },
    hint: 'A group keeps its name for ever: form one with another.',
  })
}
