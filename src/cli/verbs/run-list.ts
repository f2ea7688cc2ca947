import type { Hub, RunView } from '../../index.ts'
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
    const only = typeof session === 'string' ? (await theSession(hub, session)).id : undefined
    const runs = all === true ? await everRun(hub, only, signal) : await liveRuns(hub, only)
    const owns = new Map<string, readonly string[]>()
    for (const { sessionId, endedAt } of runs) {
      if (endedAt === undefined && !owns.has(sessionId)) owns.set(sessionId, (await hub.session(sessionId))?.owns ?? [])
    }
    const rows = runs.map((run) => row(run, owns.get(run.sessionId) ?? [], look))
    return {
      json: runs,
      text: rows.length > 0 ? columns(rows) : all === true ? 'no run is there' : 'no run is live',
    }
  },
}

async function liveRuns(hub: Hub, only: string | undefined): Promise<RunView[]> {
  const bySession = new Map<string, RunView[]>()
  for (const run of await hub.runs.live()) {
    if (only !== undefined && run.sessionId !== only) continue
    const runs = bySession.get(run.sessionId)
    if (runs === undefined) bySession.set(run.sessionId, [run])
    else runs.push(run)
  }
  return [...bySession.values()].flat()
}

/** No view lists those that have ended; each left one event on its session's seat. */
async function everRun(hub: Hub, only: string | undefined, signal: AbortSignal): Promise<RunView[]> {
  const runs: RunView[] = []
  for (const session of only === undefined ? (await hub.sessions()).map(({ id }) => id) : [only]) {
    for await (const { data } of hub.log({ stream: `seat-${session}`, type: 'RunSeated', signal })) {
      const run = await hub.runs.get((data as { runId: string }).runId)
      if (run !== undefined) runs.push(run)
    }
  }
  return runs
}

function row(run: RunView, owns: readonly string[], look: Look): string[] {
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
