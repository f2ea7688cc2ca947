import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** All ids of a kind, in the order in which they came: `session`, `task`; and of the sessions with a label: `label <text>`. */
export const directory: View<string[]> = { name: 'directory', version: 1, keys, evolve }

export const labelKey = (label: string): string => `label ${label}`

function keys(event: BatonEvent): readonly string[] {
  switch (event.type) {
    case 'SessionOpened':
      return event.data.label === undefined ? ['session'] : ['session', labelKey(event.data.label)]
    case 'TaskOpened':
      return ['task']
    default:
      return []
  }
}

function evolve(ids: string[] = [], event: BatonEvent): string[] {
  if (event.type === 'SessionOpened') ids.push(event.data.sessionId)
  if (event.type === 'TaskOpened') ids.push(event.data.taskId)
  return ids
}
