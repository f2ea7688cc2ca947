import type { Hub, RunView, SessionView } from '../../index.ts'
import { AT } from '../moments.ts'
import { theSession } from '../named.ts'
import { ago, bold, columns, dim, oneLine, type Look } from '../print.ts'
import { coloured } from '../show.ts'
import type { VerbBody } from '../verb.ts'

export const runList: VerbBody = {
  more: 'By session, oldest first. A run has no task of its own: what its session owns is shown beside it.',
  options: () => ({
    all: { type: 'boolean', about: 'the ended ones too' },
    session: { type: 'string', value: 'session', about: 'of this session alone' },
    ...AT,
  }),
  examples: ['baton run list', 'baton run list --all --session coder --json'],
  async run({ given, look, reader, signal }) {
    const hub = await reader()
    const { session, all } = given
    const sessions = typeof session === 'string' ? [await theSession(hub, session)] : await hub.sessions()
    const found: (readonly [RunView, SessionView])[] = []
    for (const each of sessions) {
      const ids = all === true ? await everSeated(hub, each.id, signal) : each.liveRuns
      for (const id of ids) {
        const run = await hub.runs.get(id)
        if (run !== undefined) found.push([run, each])
      }
    }
    const rows = found.map(([run, owner]) => row(run, owner, look))
    return {
      json: found.map(([run]) => run),
      text: rows.length > 0 ? columns(rows) : all === true ? 'no run is there' : 'no run is live',
    }
  },
}

/** No view lists those that have ended; each left one event on its session's seat. */
async function everSeated(hub: Hub, session: string, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for await (const { data } of hub.log({ stream: `seat-${session}`, type: 'RunSeated', signal })) {
    ids.push((data as { runId: string }).runId)
  }
  return ids
}

function row(run: RunView, { owns }: SessionView, look: Look): string[] {
  const { id, status, sessionId, parentRunId, label, progress, startedAt, endedAt } = run
  const how = [progress?.percent === undefined ? undefined : `${progress.percent} %`, progress?.step, progress?.label]
  return [
    bold(id, look),
    coloured(status, look),
    sessionId,
    owns.length === 0 || endedAt !== undefined ? '' : `owns ${owns.join(', ')}`,
    parentRunId === undefined ? '' : `child of ${parentRunId}`,
    label === undefined ? '' : oneLine(label, 40),
    oneLine(how.filter((part) => part !== undefined).join(', '), 60),
    dim(ago(startedAt, look), look),
  ]
}
