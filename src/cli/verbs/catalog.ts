/** All verbs, in the order in which help shows them. */
import type { Verb } from '../verb.ts'
import { commandVerbs } from './commands.ts'
import { deadList } from './dead.ts'
import { groupList, groupShow } from './groups.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { log, replay } from './log.ts'
import { notify } from './notify.ts'
import { request } from './request.ts'
import { runShow, runTree } from './runs.ts'
import { sessionList, sessionShow } from './sessions.ts'
import { state } from './state.ts'
import { sweep, timers } from './sweep.ts'
import { owners, taskList, taskShow } from './tasks.ts'
import { why } from './why.ts'

export const verbs: readonly Verb[] = [
  init,
  ...commandVerbs,
  inbox,
  request,
  notify,
  sessionList,
  sessionShow,
  taskList,
  taskShow,
  owners,
  runShow,
  runTree,
  groupList,
  groupShow,
  state,
  history,
  log,
  replay,
  deadList,
  timers,
  sweep,
  why,
]
