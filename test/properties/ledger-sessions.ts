import { entry, isLive, must, mustBeOpen, type Books, type Keeper } from './books.ts'
import { granted, mustBeOver, renewed } from './leases.ts'

export function keepSessions(books: Books): Keeper {
  const { sessions } = books
  return {
    take(line) {
      const { type, data, at, cmd } = line
      switch (type) {
        case 'SessionOpened': {
          const id = data['sessionId'] as string
          must(!sessions.has(id), `session ${id} is there already`)
          const parent = data['parentSessionId'] === undefined ? undefined : mustBeOpen(books, data['parentSessionId'])
          must(data['rootSessionId'] === (parent?.root ?? id), 'it stands in the tree of its parent')
          const leaseMs = data['leaseMs'] as number | undefined
          sessions.set(id, {
            id,
            status: 'open',
            closingSince: undefined,
            successor: undefined,
            root: data['rootSessionId'],
            parent: parent?.id,
            depth: (parent?.depth ?? 0) + 1,
            label: data['label'] as string | undefined,
            leaseMs,
            lease: granted(line, leaseMs),
          })
          return
        }
        case 'SessionClosing': {
          const session = mustBeOpen(books, data['sessionId'])
          const successor = data['successorId'] as string | undefined
          if (successor !== undefined) must(mustBeOpen(books, successor) !== session, 'nobody succeeds itself')
          if (cmd === 'ExpireDue') {
            mustBeOver(books, session.lease, line, `session ${session.id}`)
            must(data['outcome'] === 'lost', 'whoever gives no sign of life is lost')
          }
          Object.assign(session, { status: 'closing', closingSince: at, successor, lease: undefined })
          return
        }
        case 'SessionClosed': {
          const session = entry(sessions, data['sessionId'], 'session')
          must(session.status === 'closing', `session ${session.id} is ${session.status}`)
          must(data['successorId'] === session.successor, 'it closes as it began to')
          session.status = 'closed'
          session.closingSince = undefined
          mustHoldNothing(books, session.id)
          return
        }
        case 'SessionReopened': {
          const session = entry(sessions, data['sessionId'], 'session')
          must(session.status === 'closed', `session ${session.id} is ${session.status}`)
          session.status = 'open'
          session.successor = undefined
          session.lease = granted(line, session.leaseMs)
          return
        }
        case 'LeaseRenewed': {
          if (data['sessionId'] === undefined) return
          const session = mustBeOpen(books, data['sessionId'])
          session.lease = renewed(session.lease, line)
          return
        }
        default:
      }
    },
  }
}

function mustHoldNothing({ runs, tasks, messages, groups, rounds }: Books, id: string): void {
  for (const run of runs.values()) must(run.session !== id || !isLive(run), `it leaves run ${run.id} behind`)
  for (const task of tasks.values()) {
    if (task.status === 'closed') continue
    must(task.owner !== id, `it leaves task ${task.id} behind`)
    must(!task.participants.has(id), `it still takes part in task ${task.id}`)
    must(task.offer?.from !== id && task.offer?.to !== id, `it leaves the offer of task ${task.id} behind`)
  }
  for (const message of messages.values()) {
    for (const [mailbox, { sessionId, state }] of message.deliveries) {
      must(sessionId !== id || state !== 'pending', `it leaves message ${message.id} in ${mailbox} behind`)
    }
  }
  for (const { id: group, coordinator, status } of groups.values()) {
    must(coordinator !== id || status === 'disbanded', `it still coordinates group ${group}`)
  }
  for (const round of rounds.values()) {
    if (round.status !== 'open') continue
    for (const item of round.items.values()) {
      must(item.session !== id || item.outcome !== undefined, `it leaves item ${item.id} of ${round.group} behind`)
    }
  }
}
