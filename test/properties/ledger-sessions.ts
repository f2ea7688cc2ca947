import { entry, isLive, must, mustBeOpen, type Books, type Keeper } from './books.ts'

export function keepSessions(books: Books): Keeper {
  const { sessions } = books
  return {
    take({ type, data }) {
      switch (type) {
        case 'SessionOpened': {
          const id = data['sessionId'] as string
          must(!sessions.has(id), `session ${id} is there already`)
          const parent = data['parentSessionId'] === undefined ? undefined : mustBeOpen(books, data['parentSessionId'])
          must(data['rootSessionId'] === (parent?.root ?? id), 'it stands in the tree of its parent')
          sessions.set(id, {
            id,
            status: 'open',
            root: data['rootSessionId'],
            parent: parent?.id,
            depth: (parent?.depth ?? 0) + 1,
            label: data['label'] as string | undefined,
            leased: data['leaseMs'] !== undefined,
          })
          return
        }
        case 'SessionClosing': {
          mustBeOpen(books, data['sessionId']).status = 'closing'
          if (data['successorId'] !== undefined) mustBeOpen(books, data['successorId'])
          return
        }
        case 'SessionClosed': {
          const session = entry(sessions, data['sessionId'], 'session')
          must(session.status === 'closing', `session ${session.id} is ${session.status}`)
          session.status = 'closed'
          mustHoldNothing(books, session.id)
          return
        }
        case 'SessionReopened': {
          const session = entry(sessions, data['sessionId'], 'session')
          must(session.status === 'closed', `session ${session.id} is ${session.status}`)
          session.status = 'open'
          return
        }
        case 'LeaseRenewed':
          if (data['sessionId'] !== undefined) mustBeOpen(books, data['sessionId'])
          return
        default:
      }
    },
  }
}

function mustHoldNothing({ runs, tasks, messages }: Books, id: string): void {
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
}
