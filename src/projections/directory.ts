import type { BatonEvent } from '../events/catalog.ts'
import { emptyList, spillAt, type Chunked } from './chunked.ts'
import type { View } from './view.ts'

export const groupKey = (name: string): string => `group ${name}`
export const labelKey = (label: string): string => `label ${label}`

/** All ids of a kind, in the order in which they came: `session`, `task`, `group`; of the sessions with a label: `label <text>`; of the groups with a name: `group <name>`. */
export const directory: View<Chunked<string>> = {
  name: 'directory',
  version: 1,
  keys: {
    SessionOpened: ({ data }) => (data.label === undefined ? ['session'] : ['session', labelKey(data.label)]),
    TaskOpened: () => ['task'],
    GroupFormed: ({ data }) => ['group', groupKey(data.name)],
  },
  evolve,
  spill: spillAt(256),
}

function evolve(ids: Chunked<string> = emptyList(), event: BatonEvent): Chunked<string> {
  if (event.type === 'SessionOpened') ids.last.push(event.data.sessionId)
  if (event.type === 'TaskOpened') ids.last.push(event.data.taskId)
  if (event.type === 'GroupFormed') ids.last.push(event.data.groupId)
  return ids
}
