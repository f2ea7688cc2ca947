import type { Replica } from '../../src/projections/replica.ts'

/** The replicas that hubs have made since somebody last asked: their own, which no hub shows. */
let made: Replica[] = []

export const watch = (replica: Replica): Replica => {
  made.push(replica)
  return replica
}

export function madeSince(): Replica[] {
  const since = made
  made = []
  return since
}
