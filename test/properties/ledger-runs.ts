import { entry, isLive, must, mustBeOpen, type Books, type Keeper, type Line, type RunBook } from './books.ts'

const TERMINAL = { RunCompleted: 'completed', RunFailed: 'failed', RunCancelled: 'cancelled' } as const

export function keepRuns(books: Books): Keeper {
  const { runs, places } = books

  function live(id: unknown, ...among: RunBook['status'][]): RunBook {
    const run = entry(runs, id, 'run')
    must(among.length === 0 ? isLive(run) : among.includes(run.status), `run ${run.id} is ${run.status}`)
    return run
  }

  function end(id: unknown, status: RunBook['status']): void {
    const run = live(id)
    run.status = status
    for (const child of runs.values()) {
      const remains = child.parent === run.id && isLive(child)
      must(!remains || (child.background && status === 'completed'), `it leaves its child ${child.id} behind`)
    }
  }

  return {
    take({ type, data }) {
      switch (type) {
        case 'RunStarted':
          return void runs.set(data['runId'] as string, started(books, data))
        case 'RunBegan':
          live(data['runId'], 'created').status = 'running'
          return
        case 'RunSuspended':
          live(data['runId'], 'running').status = 'waiting'
          return
        case 'RunResumed':
          live(data['runId'], 'waiting').status = 'running'
          return
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
        case 'LeaseRenewed':
          if (data['runId'] !== undefined) live(data['runId'])
          return
        case 'RunCompleted':
          live(data['runId'], 'running', 'waiting')
          return end(data['runId'], TERMINAL[type])
        case 'RunFailed':
        case 'RunCancelled':
          return end(data['runId'], TERMINAL[type])
        case 'ChildRunSettled': {
          const child = entry(runs, data['childRunId'], 'run')
          must(child.parent === data['runId'] && child.status === data['outcome'], 'it says what became of the child')
          return
        }
        case 'EffectRegistered': {
          const { effects } = live(data['runId'])
          must(!effects.has(data['effectId'] as string), 'an effect is registered once')
          effects.set(data['effectId'] as string, { settled: false })
          return
        }
        case 'EffectSettled': {
          const effect = entry(entry(runs, data['runId'], 'run').effects, data['effectId'], 'effect')
          must(!effect.settled, 'an effect is settled once')
          effect.settled = true
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
          if (data['kind'] !== 'result') return
          entry(runs, (data['from'] as string).slice('run:'.length), 'run').results++
          return
        default:
      }
    },
    committed: (lines) => mustEndWhole(books, lines),
  }
}

function started(books: Books, data: Line['data']): RunBook {
  const { runs } = books
  const id = data['runId'] as string
  must(!runs.has(id), `run ${id} is there already`)
  const session = mustBeOpen(books, data['sessionId'])
  const parent = data['parentRunId'] === undefined ? undefined : entry(runs, data['parentRunId'], 'run')
  must(parent === undefined || isLive(parent), `its parent is ${parent?.status}`)
  must(parent === undefined || parent.root === session.root, 'it stands in the session tree of its parent')
  must(data['rootSessionId'] === session.root, 'it stands in the tree of its session')
  must(data['depth'] === (parent?.depth ?? 0) + 1, 'it stands one below its parent')
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
    leased: data['leaseMs'] !== undefined,
    places: [...new Set(places)],
    effectId: data['effectId'] as string | undefined,
    status: 'created',
    percent: undefined,
    seed: undefined,
    own: new Map(),
    checkpoints: new Map(),
    effects: new Map(),
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
      for (const path of run.places) must(places.get(path) === run.id, `run ${run.id} does not hold ${path}`)
      must(run.parent === undefined || has('ChildRunLinked', (d) => d['childRunId'] === run.id), 'its parent knows it')
    } else {
      for (const path of run.places) must(places.get(path) !== run.id, `run ${run.id} has ended and holds ${path}`)
      must(run.results === (run.parent === undefined ? 0 : 1), `run ${run.id} told its parent ${run.results} results`)
      must(run.parent === undefined || has('ChildRunSettled', (d) => d['childRunId'] === run.id), 'its parent knows')
    }
  }
}
