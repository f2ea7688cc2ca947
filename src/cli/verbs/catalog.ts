/** All verbs, in the order in which help shows them. */
import type { Verb } from '../verb.ts'
import { commandVerbs } from './commands.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { log, replay } from './log.ts'
import { notify } from './notify.ts'
import { runShow, runTree } from './runs.ts'
import { sessionList, sessionShow } from './sessions.ts'
import { state } from './state.ts'
import { owners, taskList, taskShow } from './tasks.ts'

export const verbs: readonly Verb[] = [
  init,
  ...commandVerbs,
  inbox,
  notify,
  sessionList,
  sessionShow,
  taskList,
  taskShow,
  owners,
  runShow,
  runTree,
  state,
  history,
  log,
  replay,
]
