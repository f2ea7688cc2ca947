/** All verbs, in the order in which help shows them. */
import type { Verb } from '../verb.ts'
import { commandVerbs } from './commands.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { log, replay } from './log.ts'
import { owners, runShow, runTree, sessionList, sessionShow, state, taskList, taskShow } from './look.ts'
import { notify } from './notify.ts'

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
