/** All views. */
import { deadLetters } from './dead-letters.ts'
import { directory } from './directory.ts'
import { groups, rounds } from './groups.ts'
import { history } from './history.ts'
import { inboxes } from './inboxes.ts'
import { messages } from './messages.ts'
import { open } from './open.ts'
import { ownership } from './ownership.ts'
import { places } from './places.ts'
import { runs } from './runs.ts'
import { seats } from './seats.ts'
import { sessionStates } from './session-states.ts'
import { sessions } from './sessions.ts'
import { tasks } from './tasks.ts'
import { timers } from './timers.ts'
import type { View } from './view.ts'
import { works } from './works.ts'

export const viewCatalog = {
  sessions,
  seats,
  runs,
  works,
  sessionStates,
  tasks,
  ownership,
  places,
  inboxes,
  messages,
  deadLetters,
  groups,
  rounds,
  timers,
  history,
  directory,
  open,
}

/** The names of the views. */
export type ViewName = keyof typeof viewCatalog
export type DocOf<Name extends ViewName> = (typeof viewCatalog)[Name] extends View<infer Doc> ? Doc : never
