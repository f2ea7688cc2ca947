import { entry, isLive, must, mustBeOpen, type Books, type Keeper, type RunBook, type StateBook } from './books.ts'

export function keepState(books: Books): Keeper {
  const { runs, states } = books
  const merged = new Set<string>()

  function bookOf(scope: unknown, id: unknown): StateBook {
    if (scope === 'run') {
      const run = entry(runs, id, 'run')
      must(isLive(run), `run ${run.id} is ${run.status}`)
      return run.own
    }
    const { root } = mustBeOpen(books, id)
    must(root === id, 'a session tree has the state of its root')
    const book = states.get(root) ?? new Map()
    states.set(root, book)
    return book
  }

  return {
    take({ type, data }) {
      switch (type) {
        case 'StateChanged': {
          const book = bookOf(data['scope'], data['id'])
          const next = (key: string): number => (book.get(key)?.version ?? 0) + 1
          for (const [key, value] of Object.entries(data['set'] as object)) {
            book.set(key, { value, removed: false, version: next(key) })
          }
          for (const key of data['remove'] as string[]) {
            book.set(key, { value: undefined, removed: true, version: next(key) })
          }
          return
        }
        case 'ChildResultMerged': {
          bookOf(data['scope'], data['id'])
          const { scope, id, childRunId, checkpoint } = data
          const once = JSON.stringify([scope, id, childRunId, checkpoint])
          must(!merged.has(once), 'it is merged already')
          merged.add(once)
          const child = entry(runs, childRunId, 'run')
          must(checkpoint !== undefined || !isLive(child), 'it is merged at its end')
          return
        }
        case 'ChildStateSeeded': {
          const run = entry(runs, data['runId'], 'run')
          must(run.status === 'created' && run.seed === undefined, 'it is seeded once, and before it begins')
          run.seed = JSON.stringify(data['values'])
          return
        }
        default:
      }
    },
  }
}

/** What a run has to read: its seed and its own writes; where it shares, on top of the session's state. */
export function readBy(run: RunBook, { states }: Books): Map<string, unknown> {
  const read = new Map<string, unknown>()
  const lay = (book: StateBook | undefined): void => {
    for (const [key, { value, removed }] of book ?? []) {
      if (removed) read.delete(key)
      else read.set(key, value)
    }
  }
  if (run.context === 'shared') lay(states.get(run.root))
  for (const [key, value] of Object.entries(JSON.parse(run.seed ?? '{}') as object)) read.set(key, value)
  lay(run.own)
  return read
}
