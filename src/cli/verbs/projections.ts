import type { SnapshotStatus, ViewName, ViewsStatus, ViewStatus } from '../../exports.ts'
import { isBatonError } from '../../exports.ts'
import { lookAt } from '../looking.ts'
import { bold, columns, dim, green, red, visible, yellow, type Look } from '../print.ts'
import { bytes } from '../progress.ts'
import { noDryRun } from '../show.ts'
import { typedFor } from '../typed.ts'
import type { Request, VerbBody } from '../verb.ts'

/** What each is asked. */
const ANSWERS: Readonly<Record<ViewName, string>> = {
  sessions: 'who is there, open or closed',
  seats: 'what a session holds: runs, tasks, groups',
  runs: 'how a run stands, its children and effects',
  works: 'progress, checkpoints and own state of a run',
  sessionStates: 'the state that the runs of a session tree share',
  tasks: 'how a task stands, and who takes part',
  ownership: 'who owned a task, and when',
  places: 'who holds a worktree or a run directory',
  inboxes: 'what waits for whom',
  messages: 'what became of each delivery of a message',
  deadLetters: 'what reached nobody',
  groups: 'who is in a group, and who coordinates it',
  rounds: 'the items of a round, and its way back in',
  timers: 'what falls due',
  history: 'what happened to a task, session, run, group or thread',
  directory: 'the names of all that there is',
  open: 'what of it has not ended',
}

/** A damaged log has views too: of what stands before the damage. */
async function status({ where }: Request): Promise<ViewsStatus> {
  const found = await lookAt(where(), (hub) => hub.projections.status())
  if (isBatonError(found)) throw found
  return found
}

export const projectionsList: VerbBody = {
  examples: ['baton projections list', 'baton projections list --json'],
  async run(request) {
    const { given, look } = request
    noDryRun(given, 'projections list')
    const { views } = await status(request)
    const json = views.map(({ view, version }) => ({ view, version, answers: ANSWERS[view as ViewName] }))
    const rows = json.map(({ view, version, answers }) => [bold(view, look), dim(`v${version}`, look), answers])
    return { json, text: columns(rows) }
  },
}

export const projectionsStatus: VerbBody = {
  examples: ['baton projections status', 'baton projections status --json'],
  async run(request) {
    const { given, look } = request
    noDryRun(given, 'projections status')
    const found = await status(request)
    const { snapshot, position } = found
    const json =
      snapshot === undefined ? found : { ...found, snapshot: { ...snapshot, behind: position - snapshot.position } }
    const unfinished = new Map(snapshot?.unfinished.map((each) => [each.view, each.position]))
    const rows = found.views.map((view) => viewRow(view, unfinished, look))
    return {
      json,
      text: [
        columns(rows),
        '',
        ...(snapshot ? snapshotLines(snapshot, position, typedFor(given)('projections', 'rebuild'), look) : []),
      ].join('\n'),
    }
  },
}

function viewRow(
  { view, version, rebuilt, state, progress, error }: ViewStatus,
  unfinished: ReadonlyMap<string, number>,
  look: Look,
): string[] {
  const begun = unfinished.get(view)
  return [
    bold(view, look),
    dim(`v${version}`, look),
    state === 'failed' ? red(state, look) : state === 'ready' ? green(state, look) : yellow(state, look),
    rebuilt === 0 ? '' : dim(`rebuilt ${rebuilt === 1 ? 'once' : `${rebuilt} times`}`, look),
    progress === undefined ? '' : `${progress.phase} ${percent(progress)}`,
    begun === undefined ? '' : yellow(`a rebuild is unfinished, at #${begun}`, look),
    error === undefined ? '' : red(visible(error), look),
  ]
}

const percent = ({ done, total }: { readonly done: number; readonly total: number }): string =>
  `${total > 0 ? Math.floor((100 * done) / total) : 100} %`

/** What changed last lies in the manifest, which may be all there is. */
const inTables = (tables: number): string => (tables === 0 ? '' : ` in ${tables} ${tables === 1 ? 'table' : 'tables'}`)

function snapshotLines(snapshot: SnapshotStatus, position: number, rebuild: string, look: Look): string[] {
  const { dir, number, position: at, tables, documents, bytes: size, unfinished, problems } = snapshot
  const behind = position - at
  const place =
    number === 0
      ? `none: all ${position} events are folded at every start`
      : `${number}, up to #${at}${behind === 0 ? '' : `, ${behind} events behind #${position}`}`
  const whole = unfinished.find(({ view }) => view === 'all')
  return [
    columns([
      [dim('snapshot', look), place],
      ...(documents === 0 ? [] : [[dim('holds', look), `${documents} documents${inTables(tables)}, ${bytes(size)}`]]),
      [dim('lies in', look), visible(dir)],
      ...(whole === undefined
        ? []
        : [
            [
              dim('unfinished', look),
              yellow(`a rebuild of all views, at #${whole.position}`, look) + dim(`; go on: ${rebuild}`, look),
            ],
          ]),
      ...problems.map(({ file, why }) => [red('problem', look), `${visible(file)}: ${visible(why)}`]),
    ]),
    ...(problems.length === 0 ? [] : [dim(`What is wrong there does not count. Write it anew: ${rebuild}`, look)]),
  ]
}
