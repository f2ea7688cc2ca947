import { entry, isLive, must, mustBeOpen, type Books, type GroupBook, type Keeper, type Line } from './books.ts'

type Data = Line['data']

export function keepGroups(books: Books): Keeper {
  const { groups } = books
  return {
    take(line) {
      const { type, data, by } = line
      switch (type) {
        case 'GroupFormed':
          return void groups.set(data['groupId'] as string, formed(books, data))
        case 'MemberAdded': {
          const group = living(books, line)
          mustCoordinate(line, group)
          must(!group.members.has(data['member'] as string), 'it is a member already')
          group.members.set(...member(books, data))
          return
        }
        case 'MemberRemoved': {
          const { members, ...group } = living(books, line)
          if (by.id !== data['sessionId']) mustCoordinate(line, group)
          must(members.get(data['member'] as string) === data['sessionId'], 'it is no member')
          members.delete(data['member'] as string)
          return
        }
        case 'CoordinatorChanged': {
          const group = living(books, line)
          const mine = group.vacatedBy === by.id || [...group.members.values()].includes(by.id ?? '')
          const takes = group.coordinator === undefined && mine
          if (!takes) mustCoordinate(line, group)
          must(group.coordinator === data['from'] && data['from'] !== data['to'], `${group.coordinator} coordinates it`)
          group.coordinator = mustBeOpen(books, data['to']).id
          group.vacatedBy = undefined
          return
        }
        case 'CoordinatorVacated': {
          const group = entry(groups, data['groupId'], 'group')
          must(group.coordinator === data['from'], `${group.coordinator} coordinates it`)
          must(entry(books.sessions, data['from'], 'session').status === 'closing', 'who leaves the seat is closing')
          group.vacatedBy = group.coordinator
          group.coordinator = undefined
          return
        }
        case 'GroupDisbanded': {
          const group = living(books, line)
          mustCoordinate(line, group)
          must(group.status !== 'active', 'a round of it is open')
          const left = data['members'] as { member: string; sessionId: string }[]
          must(data['coordinator'] === group.coordinator, `${group.coordinator} leaves the seat`)
          must(
            left.length === group.members.size &&
              left.every(({ member: each, sessionId }) => group.members.get(each) === sessionId),
            'all members leave it',
          )
          group.status = 'disbanded'
          return
        }
        default:
      }
    },
  }
}

export function living({ groups }: Books, { data }: Line): GroupBook {
  const group = entry(groups, data['groupId'], 'group')
  must(group.status !== 'disbanded', `group ${group.id} is disbanded`)
  return group
}

export function mustCoordinate({ by }: Line, { coordinator, id }: Pick<GroupBook, 'coordinator' | 'id'>): void {
  must(by.kind !== 'session' || by.id === coordinator, `${coordinator} coordinates group ${id}`)
}

function formed(books: Books, data: Data): GroupBook {
  const { groups, sessions } = books
  const [id, name, root] = [data['groupId'], data['name'], data['rootSessionId']] as [string, string, string]
  must(!groups.has(id), `group ${id} is there already`)
  must(id === `${root}/${name}` && sessions.get(root)?.root === root, 'it is that of a root session')
  const members = (data['members'] as Data[]).map((each) => member(books, each))
  must(new Set(members.map(([mailbox]) => mailbox)).size === members.length, 'each is a member once')
  return {
    id,
    name,
    root,
    status: 'formed',
    coordinator: mustBeOpen(books, data['coordinator']).id,
    vacatedBy: undefined,
    members: new Map(members),
    rounds: 0,
    workers: new Set(),
  }
}

function member(books: Books, data: Data): [mailbox: string, sessionId: string] {
  const mailbox = data['member'] as string
  const [kind, id] = mailbox.split(':')
  const run = kind === 'run' ? entry(books.runs, id, 'run') : undefined
  must(run === undefined || isLive(run), `run ${run?.id} has ended`)
  const session = mustBeOpen(books, run?.session ?? id)
  must(session.id === data['sessionId'], `${mailbox} is that of ${session.id}`)
  return [mailbox, session.id]
}
