import { entry, must, mustBeOpen, type Books, type Keeper, type Line, type OfferBook, type TaskBook } from './books.ts'
import { timeOf } from './leases.ts'

const OFFER_ENDS: ReadonlySet<string> = new Set([
  'HandoffAccepted',
  'HandoffDeclined',
  'HandoffCancelled',
  'HandoffExpired',
])

export function keepTasks(books: Books): Keeper {
  const { tasks } = books

  function open(id: unknown): TaskBook {
    const task = entry(tasks, id, 'task')
    must(task.status !== 'closed', `task ${task.id} is closed`)
    return task
  }

  return {
    take(line) {
      const { type, data } = line
      if (OFFER_ENDS.has(type)) {
        const task = open(data['taskId'])
        must(task.offer?.offerId === data['offerId'], 'it ends the pending offer')
        const { expiresAt } = task.offer as OfferBook
        const lapsed = expiresAt !== undefined && Date.parse(expiresAt) <= timeOf(books, line)
        // Several that sweep at once may each mean another time.
        const isSure = !books.concurrent || line.cmd !== 'ExpireDue'
        must(!isSure || lapsed === (type === 'HandoffExpired'), `it runs until ${expiresAt}`)
        task.offer = undefined
        return
      }
      switch (type) {
        case 'TaskOpened': {
          const id = data['taskId'] as string
          must(!tasks.has(id), `task ${id} is there already`)
          tasks.set(id, { id, status: 'open', owner: undefined, epoch: 0, participants: new Set(), offer: undefined })
          return
        }
        case 'ParticipantJoined': {
          const { participants } = open(data['taskId'])
          const { id } = mustBeOpen(books, data['sessionId'])
          must(!participants.has(id), 'it takes part already')
          participants.add(id)
          return
        }
        case 'ParticipantLeft': {
          const { participants, owner } = open(data['taskId'])
          must(owner !== data['sessionId'], 'an owner does not leave')
          must(participants.delete(data['sessionId'] as string), 'it takes no part')
          return
        }
        case 'TaskStatusChanged': {
          const task = open(data['taskId'])
          must(task.status === data['from'] && task.status !== data['to'], `task ${task.id} is ${task.status}`)
          task.status = data['to'] as TaskBook['status']
          return
        }
        case 'TaskClosed': {
          const task = open(data['taskId'])
          must(task.offer === undefined, 'closing it ends a pending offer first')
          task.status = 'closed'
          return
        }
        case 'OwnershipTransferred': {
          const task = open(data['taskId'])
          const { id } = mustBeOpen(books, data['to'])
          must(task.participants.has(id), 'an owner takes part')
          return changeOwner(task, data, id)
        }
        case 'OwnerReleased':
          return changeOwner(open(data['taskId']), data, undefined)
        case 'HandoffOffered': {
          const task = open(data['taskId'])
          must(task.offer === undefined, 'one offer at a time')
          must(task.owner === data['from'] && task.owner !== data['to'], 'its owner offers it to another')
          mustBeOpen(books, data['to'])
          task.offer = {
            offerId: data['offerId'] as string,
            from: data['from'] as string,
            to: data['to'] as string,
            expiresAt: data['expiresAt'] as string | undefined,
          }
          return
        }
        default:
      }
    },
    committed: (lines) => mustTell(lines, books.sessions),
  }
}

/** Who is handed a task, and the other side of an offer that ends, hears of it in the same commit. */
function mustTell(lines: readonly Line[], sessions: Books['sessions']): void {
  const told = (kind: string, data: Line['data'], to?: string): boolean =>
    lines.some(
      (line) =>
        line.type === 'MessageSent' &&
        line.data['kind'] === kind &&
        line.data['taskId'] === data['taskId'] &&
        (to === undefined || (line.data['to'] as string[]).includes(`session:${to}`)),
    )
  for (const { type, data, by } of lines) {
    const hands = type === 'HandoffOffered' || (type === 'OwnershipTransferred' && data['mode'] === 'handoff')
    must(!hands || told('handoff', data, data['to'] as string), `${type}: its target is told`)
    // Not who ended it, and not who is being closed without an heir: nobody would read it.
    const others = [data['from'], data['to']].filter(
      (id) => id !== by.id && sessions.get(id as string)?.status === 'open',
    )
    must(!OFFER_ENDS.has(type) || others.length === 0 || told('notice', data), `${type}: the other side is told`)
  }
}

function changeOwner(task: TaskBook, data: Line['data'], to: string | undefined): void {
  must(data['epoch'] === task.epoch + 1, `epoch ${String(data['epoch'])} follows ${task.epoch}`)
  must(data['from'] === task.owner, `it was owned by ${task.owner}`)
  must(to !== task.owner, 'an owner change changes the owner')
  must(task.offer === undefined, 'an owner change ends a pending offer first')
  task.epoch++
  task.owner = to
}
