/** The replicas of the hubs under test, and one that is folded afresh to compare them with. */
import { isDeepStrictEqual } from 'node:util'
import { createFold } from '../../src/log/fold.ts'
import type { Log } from '../../src/log/log.ts'
import { createStreamIndex } from '../../src/log/stream-index.ts'
import { viewCatalog, type ViewName } from '../../src/projections/catalog.ts'
import { createReplica, type Replica } from '../../src/projections/replica.ts'

const VIEWS = Object.keys(viewCatalog) as ViewName[]

/** From the first line to the last, by nobody who has written one of them. */
export async function foldedAfresh(log: Log): Promise<Replica> {
  const index = createStreamIndex()
  const replica = createReplica(index)
  const fold = createFold(log, {
    observe(judged) {
      index.apply(judged)
      replica.apply(judged)
    },
    reset() {
      index.clear()
      replica.clear()
    },
  })
  await fold.catchUp()
  return replica
}

/** The first document in which they differ, the order of its members included: it is stored as text. */
export function firstDifference(a: Replica, b: Replica): string | undefined {
  for (const view of VIEWS) {
    const [mine, yours] = [a.documents(view), b.documents(view)]
    if (mine.size !== yours.size) return `${view}: ${mine.size} documents, and ${yours.size}`
    for (const [key, doc] of mine) {
      const [text, other] = [JSON.stringify(doc), JSON.stringify(yours.get(key))]
      if (text !== other) return `${view} ${key}: ${text}, and ${other}`
    }
  }
  return undefined
}

/** The first document that does not survive being stored. */
export function firstUnstorable(replica: Replica): string | undefined {
  for (const view of VIEWS) {
    for (const [key, doc] of replica.documents(view)) {
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(doc)), doc)) return `${view} ${key}: ${JSON.stringify(doc)}`
    }
  }
  return undefined
}
