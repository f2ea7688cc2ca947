/** The snapshots of the views. The log has everything: whatever is wrong with them costs time, not truth. */
import { counted, ofHub, type Check, type Trouble } from './check.ts'
import type { Facts, HubFacts } from './facts.ts'

export const viewChecks: readonly Check[] = [
  ofHub('longer-log', longerLog),
  ofHub('snapshots', snapshots),
  ofHub('behind', behind),
  ofHub('rebuilds', rebuilds),
]

const LONGER = /^it is of a longer log, up to (\d+)$/
const OTHER = /^it is of another /

const problemsOf = ({ views }: HubFacts): readonly { readonly file: string; readonly why: string }[] =>
  views.snapshot?.problems ?? []

function longerLog(hub: HubFacts, { baton }: Facts): Trouble[] {
  const ends = problemsOf(hub).flatMap(({ why }) => LONGER.exec(why)?.slice(1).map(Number) ?? [])
  if (ends.length === 0) return []
  return [
    {
      severity: 'error',
      what: `the log ends before ${Math.max(...ends)}, where a snapshot has seen it go: it was cut, or an older copy was put in its place`,
      cure: 'Put the longer log back, if there is one (baton restore <backup> <new dir>). If this one is meant, write the snapshots anew.',
      type: [baton('projections', 'rebuild')],
    },
  ]
}

function snapshots(hub: HubFacts, { baton }: Facts): Trouble[] {
  const rest = problemsOf(hub).filter(({ why }) => !LONGER.test(why))
  const foreign = rest.filter(({ why }) => OTHER.test(why))
  const damaged = rest.filter((each) => !foreign.includes(each))
  const type = [baton('projections', 'rebuild')]
  return [
    ...(damaged[0] === undefined
      ? []
      : [
          {
            severity: 'warning' as const,
            what: `${counted(damaged.length, 'snapshot is', 'snapshots are')} damaged: ${damaged[0].why} (${damaged[0].file})`,
            cure: 'It does not count, and every start folds what it held. See to the disk, and write it anew.',
            type,
          },
        ]),
    ...(foreign[0] === undefined
      ? []
      : [
          {
            severity: 'warning' as const,
            what: `${counted(foreign.length, 'snapshot is', 'snapshots are')} not of this log: ${foreign[0].why}`,
            cure: 'It does not count: write it anew.',
            type,
          },
        ]),
  ]
}

/** So many events take about a second to fold, at each start. */
const FAR_BEHIND = 20_000

function behind({ position, views }: HubFacts, { baton }: Facts): Trouble[] {
  const { snapshot } = views
  if (snapshot === undefined) return []
  const missing = position - snapshot.position
  // Where something is wrong with them, that is what is to be told.
  if (missing < FAR_BEHIND || snapshot.problems.length > 0) return []
  return [
    {
      severity: 'warning',
      what: `the snapshots end at #${snapshot.position}, ${missing} events before the log: every start folds those`,
      cure: 'Whoever closes the hub writes them, and cannot: see that the disk has room and can be written.',
      type: [baton('projections', 'rebuild')],
    },
  ]
}

function rebuilds({ views }: HubFacts, { baton }: Facts): Trouble[] {
  return (views.snapshot?.unfinished ?? []).map(({ view, position }) => ({
    severity: 'hint',
    what: `a rebuild of ${view === 'all' ? 'all views' : view} was begun and is not finished: it is at #${position}`,
    cure: 'Nothing waits for it; unless somebody is at it now, go on from there.',
    type: [baton('projections', 'rebuild', ...(view === 'all' ? [] : [view]))],
  }))
}
