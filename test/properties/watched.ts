import type { Documents } from '../../src/projections/documents.ts'
import type { Replica } from '../../src/projections/replica.ts'

/** A replica in memory, with all its documents in sight. */
export interface SeenReplica extends Replica {
  documents: (view: string) => ReadonlyMap<string, unknown>
}

export const seen = (replica: Replica, documents: Documents): SeenReplica => ({
  ...replica,
  documents: (view) =>
    new Map(
      [...documents.shelf(view).changed].flatMap(([key, { doc }]) => (doc === undefined ? [] : [[key, doc] as const])),
    ),
})

/** The replicas that hubs have made since somebody last asked: their own, which no hub shows. */
let made: SeenReplica[] = []

export const watch = (replica: Replica, documents: Documents): Replica => {
  made.push(seen(replica, documents))
  return replica
}

export function madeSince(): SeenReplica[] {
  const since = made
  made = []
  return since
}
