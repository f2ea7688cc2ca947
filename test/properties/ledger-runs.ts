import { entry, isLive, must, mustBeOpen, type Books, type Keeper, type Line, type RunBook } from './books.ts'
import { granted, mustBeOver, renewed } from './leases.ts'

const TERMINAL = { RunCompleted: 'completed', RunFailed: 'failed', RunCancelled: 'cancelled' } as const

export function keepRuns(books: Books): Keeper {
  const { runs, places } = books

  function live(id: unknown, ...among: RunBook['status'][]): RunBook {
    const run = entry(runs, id, 'run')
    must(among.length === 0 ? isLive(run) : among.includes(run.status), `run ${run.id} is ${run.status}`)
    return run
  }

  function end(line: Line, status: RunBook['status']): void {
    const { data, cmd } = line
    const run = live(data['runId'])
    must(data['sessionId'] === run.session, 'it leaves the seat that it had')
    // What ends with another is judged by that one's end; a session that is being closed takes its runs along.
    if (cmd === 'ExpireDue' && data['endedWith'] === undefined && !goesWithSession(run)) {
      mustBeOver(books, run.lease, line, `run ${run.id}`)
      must(status === 'failed' && data['reason'] === 'lost', 'whoever gives no sign of life is lost')
    }
    run.status = status
    run.lease = undefined
    for (const child of runs.values()) {
      const remains = child.parent === run.id && isLive(child)
      must(!remains || (child.background && status === 'completed'), `it leaves its child ${child.id} behind`)
    }
  }

  function goesWithSession({ session, parent }: RunBook): boolean {
    const above = parent === undefined ? undefined : runs.get(parent)
    return books.sessions.get(session)?.status !== 'open' || (above !== undefined && goesWithSession(above))
  }

  return {
    take(line) {
      const { type, data } = line
      switch (type) {
        case 'RunStarted':
          return void runs.set(data['runId'] as string, started(books, line))
        case 'RunSeated':
          must(live(data['runId']).session === data['sessionId'], 'it sits where it was started')
          must(line.stream === `seat-${data['sessionId']}`, 'whoever closes that session relies on its seat')
          return
        case 'RunBegan':
          live(data['runId'], 'created').status = 'running'
          return
        case 'RunSuspended':
          Object.assign(live(data['runId'], 'running'), { status: 'waiting', lease: undefined })
          return
        case 'RunResumed': {
          const run = live(data['runId'], 'waiting')
          Object.assign(run, { status: 'running', lease: granted(line, run.leaseMs) })
          return
        }
        case 'RunProgressed': {
          const run = live(data['runId'])
          const percent = data['percent'] as number | undefined
          must(percent === undefined || percent >= (run.percent ?? 0), `progress falls from ${run.percent}`)
          run.percent = percent ?? run.percent
          return
        }
        case 'RunCheckpointed': {
          const run = live(data['runId'])
          const label = data['label'] as string
          must(!run.checkpoints.has(label), `checkpoint ${label} is there already`)
          run.checkpoints.set(label, JSON.stringify([...run.own]))
          return
        }
        case 'LeaseRenewed': {
          if (data['runId'] === undefined) return
          const run = live(data['runId'], 'created', 'running')
          run.lease = renewed(run.lease, line)
          // As long it runs once more when the run goes on.
          run.leaseMs = run.lease.ms
          return
        }
        case 'RunCompleted':
          live(data['runId'], 'running', 'waiting')
          return end(line, TERMINAL[type])
        case 'RunFailed':
        case 'RunCancelled':
          return end(line, TERMINAL[type])
        case 'ChildRunSettled': {
          const child = entry(runs, data['childRunId'], 'run')
          must(child.parent === data['runId'] && child.status === data['outcome'], 'it says what became of the child')
          return
        }
        case 'EffectRegistered': {
          const { effects } = live(data['runId'])
          must(!effects.has(data['effectId'] as string), 'an effect is registered once')
          effects.set(data['effectId'] as string, { outcome: undefined })
          return
        }
        case 'EffectSettled': {
          const run = entry(runs, data['runId'], 'run')
          const effect = entry(run.effects, data['effectId'], 'effect')
          must(effect.outcome === undefined, 'an effect is settled once')
          const served = data['childRunId'] === undefined ? undefined : entry(runs, data['childRunId'], 'run')
          // By hand only while the run lives; by what a background child has done also after that.
          must(isLive(run) || served !== undefined, `run ${run.id} is ${run.status}`)
          const fits = served?.parent === run.id && served.effectId === data['effectId']
          must(served === undefined || (fits && served.status === 'completed'), 'a run that served it has completed')
          effect.outcome = data['outcome'] as 'ok' | 'error' | 'cancelled'
          return
        }
        case 'PlaceTaken': {
          const path = data['path'] as string
          must(!places.has(path), `run ${places.get(path)} holds ${path}`)
          must(live(data['runId']).places.includes(path), 'it takes what it was started with')
          places.set(path, data['runId'] as string)
          return
        }
        case 'PlaceReleased':
          must(places.get(data['path'] as string) === data['runId'], 'it releases what it holds')
          places.delete(data['path'] as string)
          return
        case 'MessageSent':
          // That of a round goes to its coordinator.
          if (data['kind'] !== 'result' || 'groupId' in ((data['data'] as object | undefined) ?? {})) return
          entry(runs, (data['from'] as string).slice('run:'.length), 'run').results++
          return
        default:
      }
    },
    committed: (lines) => mustEndWhole(books, lines),
  }
}

function started(books: Books, line: Line): RunBook {
  const { runs } = books
  const { data } = line
  const id = data['runId'] as string
  must(!runs.has(id), `run ${id} is there already`)
  const session = mustBeOpen(books, data['sessionId'])
  const parent = data['parentRunId'] === undefined ? undefined : entry(runs, data['parentRunId'], 'run')
  must(parent === undefined || isLive(parent), `its parent is ${parent?.status}`)
  must(parent === undefined || parent.root === session.root, 'it stands in the session tree of its parent')
  must(data['rootSessionId'] === session.root, 'it stands in the tree of its session')
  must(data['depth'] === (parent?.depth ?? 0) + 1, 'it stands one below its parent')
  const leaseMs = data['leaseMs'] as number | undefined
  const worktree = data['worktree'] as { path: string } | undefined
  const places = [worktree?.path, data['runDir'] as string | undefined].filter((path) => path !== undefined)
  return {
    id,
    session: session.id,
    root: session.root,
    parent: parent?.id,
    depth: data['depth'],
    background: data['background'] as boolean,
    context: data['context'] as RunBook['context'],
    leaseMs,
    lease: granted(line, leaseMs),
    places: [...new Set(places)],
    effectId: data['effectId'] as string | undefined,
    status: 'created',
    percent: undefined,
    seed: undefined,
    own: new Map(),
    checkpoints: new Map(),
    effects: new Map(),
    items: [],
    results: 0,
  }
}

/** One commit: the end, the places, and the word to the parent; a start takes its places in the same commit too. */
function mustEndWhole({ runs, places }: Books, lines: readonly Line[]): void {
  const has = (type: string, fits: (data: Line['data']) => boolean): boolean =>
    lines.some((line) => line.type === type && fits(line.data))
  for (const { type, data } of lines) {
    if (type !== 'RunStarted' && !Object.hasOwn(TERMINAL, type)) continue
    const run = entry(runs, data['runId'], 'run')
    if (isLive(run)) {
      must(
        has('RunSeated', (d) => d['runId'] === run.id),
        `nobody who relies on the seat knows of run ${run.id}`,
      )
      for (const path of run.places) must(places.get(path) === run.id, `run ${run.id} does not hold ${path}`)
      must(run.parent === undefined || has('ChildRunLinked', (d) => d['childRunId'] === run.id), 'its parent knows it')
    } else {
      for (const path of run.places) must(places.get(path) !== run.id, `run ${run.id} has ended and holds ${path}`)
      must(run.results === (run.parent === undefined ? 0 : 1), `run ${run.id} told its parent ${run.results} results`)
      must(run.parent === undefined || has('ChildRunSettled', (d) => d['childRunId'] === run.id), 'its parent knows')
    }
  }
}
