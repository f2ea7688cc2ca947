/** What to type next, on the hub that is left behind: as whoever started this program did. */
import path from 'node:path'
import pack from '../../../package.json' with { type: 'json' }
import { quoted, type Typed } from '../typed.ts'
import { CREW, PLANNER, RELEASE, TASK } from './cast.ts'
import type { Killed } from './operator.ts'

export interface Next {
  readonly command: string
  readonly shows: string
}

export const nextCommands = (killed: Killed | undefined, baton: Typed): Next[] => [
  { command: baton('log', '--oneline'), shows: 'all that happened' },
  ...(killed === undefined
    ? []
    : [
        { command: baton('why', `run:${killed.runId}`), shows: 'why it was lost' },
        { command: baton('run', 'tree', RELEASE, '--at', String(killed.position)), shows: 'the runs at the kill' },
      ]),
  { command: baton('replay', '--task', TASK), shows: 'the task, step by step' },
  { command: baton('state', RELEASE, '--provenance'), shows: 'the merged state' },
  { command: baton('group', 'show', `${PLANNER}/${CREW}`), shows: 'the board of the round' },
  { command: baton('inbox', 'operator'), shows: 'what waits for you' },
  { command: baton('verify'), shows: 'log and views once more' },
]

/** Command lines for the hub in a directory, to be pasted where the demo was started. */
export function programFor(dir: string): Typed {
  const lead = program()
  return (...words) => [...lead, ...words, '--dir', dir].map(quoted).join(' ')
}

function program(): string[] {
  const { argv, env } = process
  const [, file = ''] = argv
  // npx has it in a place of its own; a link that npm made is on the PATH.
  if (env['npm_command'] === 'exec') return ['npx', pack.name]
  if (path.basename(file) === 'baton') return ['baton']
  // npm runs its scripts in the package, wherever it was called: whoever did that is perhaps not there.
  const cwd = process.cwd()
  const near = (env['INIT_CWD'] ?? cwd) === cwd ? path.relative(cwd, file) : file
  return ['node', near.length < file.length ? near : file]
}
