/** All verbs, in the order in which help shows them. */
import type { LaterVerb, Verb } from '../verb.ts'
import { commandVerbs } from './commands.ts'
import { deadList } from './dead.ts'
import { groupList, groupShow } from './groups.ts'
import { history } from './history.ts'
import { inbox } from './inbox.ts'
import { init } from './init.ts'
import { log } from './log.ts'
import { notify } from './notify.ts'
import { request } from './request.ts'
import { runShow, runTree } from './runs.ts'
import { sessionList, sessionShow } from './sessions.ts'
import { show } from './show.ts'
import { state } from './state.ts'
import { sweep, timers } from './sweep.ts'
import { owners, taskList, taskShow } from './tasks.ts'

/** What is not used every day, or is large, is loaded when it is asked for. */
export const verbs: readonly (Verb | LaterVerb)[] = [
  init,
  { name: 'demo', load: async () => (await import('./demo.ts')).demo },
  ...commandVerbs,
  inbox,
  request,
  { name: 'wait', load: async () => (await import('./wait.ts')).wait },
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
  show,
  { name: 'search', load: async () => (await import('./search.ts')).search },
  { name: 'replay', load: async () => (await import('./replay.ts')).replay },
  deadList,
  timers,
  sweep,
  { name: 'why', load: async () => (await import('./why.ts')).why },
  { name: 'backup', load: async () => (await import('./backup.ts')).backup },
  { name: 'restore', load: async () => (await import('./restore.ts')).restore },
  { name: 'export', load: async () => (await import('./export.ts')).exportVerb },
  { name: 'verify', load: async () => (await import('./verify.ts')).verify },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).doctor },
  { name: 'projections list', load: async () => (await import('./projections.ts')).projectionsList },
  { name: 'projections status', load: async () => (await import('./projections.ts')).projectionsStatus },
  { name: 'projections rebuild', load: async () => (await import('./projections-rebuild.ts')).projectionsRebuild },
  { name: 'projections verify', load: async () => (await import('./projections-verify.ts')).projectionsVerify },
]
