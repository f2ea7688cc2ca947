/** The replicas of the hubs under test, and one that is folded afresh to compare them with. */
import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../../src/log/log.ts'
import { viewCatalog } from '../../src/projections/catalog.ts'
import { listOf } from '../../src/projections/chunked.ts'
import { openFolding } from '../../src/projections/folding.ts'
import { indexVersions } from '../../src/projections/indexes.ts'
import type { Replica } from '../../src/projections/replica.ts'
import { seen, type SeenReplica } from './watched.ts'

const VIEWS = [...Object.keys(viewCatalog), ...Object.keys(indexVersions)]

/** The ids that the directory has under a key. */
export const listed = (replica: Replica, key: string): readonly string[] =>
  listOf((each) => replica.get('directory', each), key)

/** From the first line to the last, by nobody who has written one of them. */
export async function foldedAfresh(log: Log): Promise<SeenReplica> {
  const { fold, replica, documents } = await openFolding(log, { clock: () => 0 })
  await fold.catchUp()
  return seen(replica, documents)
}

/** The first document in which they differ, the order of its members included: it is stored as text. */
export function firstDifference(a: SeenReplica, b: SeenReplica): string | undefined {
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
export function firstUnstorable(replica: SeenReplica): string | undefined {
  for (const view of VIEWS) {
    for (const [key, doc] of replica.documents(view)) {
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(doc)), doc)) return `${view} ${key}: ${JSON.stringify(doc)}`
    }
  }
  return undefined
}
