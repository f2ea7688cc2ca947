import type { DiffOptions, DocumentChange, Hub, LoggedEvent, Moment, ReplayStep } from '../../index.ts'
import { changedFields, eventLine } from '../events.ts'
import { swimlanes } from '../lanes.ts'
import { moment, span } from '../moments.ts'
import { isTerminal } from '../output.ts'
import { goesOn } from '../pause.ts'
import { nothingOn, orNothing } from '../nothing.ts'
import { bold, dim, visible, type Look } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { Given, Line, VerbBody } from '../verb.ts'

export const replay: VerbBody = {
  more: 'Nothing happens again: it is the same fold, stopped after each event.',
  options: () => ({
    task: { type: 'string', value: 'task', about: 'all that concerns a task, its messages included' },
    to: { type: 'string', value: 'position|time', about: 'the last one' },
    lanes: { type: 'boolean', about: 'side by side: a lane for everybody who takes part' },
    step: { type: 'boolean', about: 'at a terminal, one at a time' },
    diff: { type: 'string', value: 'P1..P2', about: 'instead: what is not the same at these two positions or times' },
    view: { type: 'string', value: 'view', about: 'of this view alone, as tasks, runs, inboxes' },
  }),
  examples: [
    'baton replay --task t1',
    'baton replay --task t1 --lanes',
    'baton replay run-r1 --step',
    'baton replay session-coder --to 7 --json',
    'baton replay --diff 4..7',
    'baton replay --diff 2h.. --view tasks',
  ],
  async run({ positionals, given, look, reader, signal }) {
    const [stream] = positionals
    const { task, diff } = given
    const steps = paced(given, signal)
    if (typeof diff === 'string') {
      if (stream !== undefined || task !== undefined)
        throw new UsageError('--diff is of the whole hub', 'Name a --view.')
      const hub = await reader()
      return { lines: steps(changes(hub, diff, given, signal, look)) }
    }
    if ((stream === undefined) === (task === undefined))
      throw new UsageError('replay what?', 'A stream, as task-t1, or --task t1; or --diff P1..P2.')
    const what = typeof task === 'string' ? { task } : (stream as string)
    const hub = await reader()
    const lines =
      given['lanes'] === true && given['json'] !== true
        ? inLanes(hub, what, given, signal, look)
        : steps(stepLines(hub.replay(what, { ...until(given), signal }), look))
    return {
      lines: orNothing(lines, stream === undefined ? `nothing concerns task ${String(task)}` : nothingOn(stream)),
    }
  },
}

const until = ({ to }: Given): { to?: Moment } => (typeof to === 'string' ? { to: moment(to) } : {})

/** Where nobody says how wide it may be. */
const WIDTH = 120

/** Its whole width is known once all of it was read. */
async function* inLanes(
  hub: Hub,
  what: Parameters<Hub['replay']>[0],
  given: Given,
  signal: AbortSignal,
  look: Look,
): AsyncGenerator<Line> {
  const events: LoggedEvent[] = []
  for await (const { event } of hub.replay(what, { ...until(given), signal })) events.push(event)
  const width = isTerminal(1) ? process.stdout.columns : WIDTH
  for (const text of events.length === 0 ? [] : swimlanes(events, look, width)) yield { json: undefined, text }
}

async function* stepLines(steps: AsyncIterable<ReplayStep>, look: Look): AsyncGenerator<Line> {
  for await (const step of steps) {
    const changed = changedFields(step.before, step.after, look)
    yield { json: step, text: [eventLine(step.event, look), ...changed].join('\n') }
  }
}

async function* changes(
  hub: Hub,
  diff: string,
  { view }: Given,
  signal: AbortSignal,
  look: Look,
): AsyncGenerator<Line> {
  const [from, to] = span(diff, hub.head.position)
  const options: DiffOptions = { signal, ...(typeof view === 'string' && { view: view as never }) }
  for await (const change of hub.diff(from, to, options)) yield { json: change, text: changeText(change, look) }
}

function changeText({ view, key, position, before, after }: DocumentChange, look: Look): string {
  const what = before === undefined ? '  new' : after === undefined ? '  gone' : ''
  const head = `${bold(view, look)}  ${visible(key)}${what}  ${dim(`since #${position}`, look)}`
  return [head, ...changedFields(before, after, look)].join('\n')
}

/** Elsewhere than at a terminal nobody could press a key. */
function paced({ step }: Given, signal: AbortSignal): (lines: AsyncIterable<Line>) => AsyncIterable<Line> {
  if (step !== true || !isTerminal(0) || !isTerminal(1)) return (lines) => lines
  return async function* (lines) {
    let isFirst = true
    for await (const line of lines) {
      if (!isFirst && !(await goesOn(signal))) return
      isFirst = false
      yield line
    }
  }
}
