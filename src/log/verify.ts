/** Reads the whole log once more and names whatever is not as it should be. Never modifies anything. */
import { BatonError } from '../errors.ts'
import type { StoredEvent } from './commit.ts'
import { createFold } from './fold.ts'
import type { Judged } from './judging.ts'
import type { Log } from './log.ts'

/** Something that is wrong in a log, and where. */
export interface Finding {
  readonly kind: 'torn' | 'invalid' | 'orphaned' | 'claim' | 'event' | 'tail' | 'damaged' | 'too-new' | 'empty'
  /** Where in the log. */
  readonly offset: number
  readonly message: string
  readonly commit?: string
}

/** What a log holds, and what is wrong with it. */
export interface Report {
  readonly hub: string | undefined
  readonly commits: number
  readonly events: number
  /** The chain at the end: two replicas of one hub agree on it. */
  readonly chain: string
  /** How many lines are void, by reason. Conflicts, duplicates and stale ones are everyday; the others are findings. */
  readonly void: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

/** How a reading of the whole log is watched and stopped. */
export interface VerifyOptions {
  readonly signal?: AbortSignal
  /** Called now and then with the offset that was reached. */
  readonly onProgress?: (cursor: number) => void
  /** What is wrong with an event of an accepted commit: the log itself knows nothing of events. */
  readonly inspect?: (event: StoredEvent) => string | undefined
}

const PROGRESS_EVERY = 256

/** Reads a whole log: bytes, chain and versions. Changes nothing. */
export async function verifyLog(log: Log, options: VerifyOptions = {}): Promise<Report> {
  let findings: Finding[] = []
  let voids: Record<string, number> = {}
  const versions = new Map<string, number>()
  let lines = 0
  let tooNew = false

  const fold = createFold(log, {
    observe(judged) {
      if (++lines % PROGRESS_EVERY === 0) options.onProgress?.(judged.entry.next)
      if (judged.void !== undefined) voids[judged.void] = (voids[judged.void] ?? 0) + 1
      findings.push(...findingsOf(judged, versions))
      if (judged.void !== undefined) return
      for (const event of judged.commit?.events ?? []) {
        versions.set(event.s, (versions.get(event.s) ?? 0) + 1)
        const why = options.inspect?.(event)
        if (why !== undefined) findings.push(misshapen(judged, event, why))
      }
    },
    reset() {
      findings = []
      voids = {}
      versions.clear()
    },
  })

  try {
    await fold.catchUp(options.signal)
  } catch (error) {
    if (!(error instanceof BatonError) || error.code !== 'LOG_TOO_NEW') throw error
    tooNew = true
    findings.push({ kind: 'too-new', offset: Number(error.details['offset']), message: error.message })
  }
  if (tooNew) {
    // What stands behind it is nobody's to judge.
  } else if (fold.damage !== undefined) {
    findings.push({ kind: 'damaged', offset: Number(fold.damage.details['offset']), message: fold.damage.message })
  } else if (fold.genesis?.hub === undefined) {
    findings.push({ kind: 'empty', offset: 0, message: 'there is no genesis record: founding this hub never finished' })
  } else {
    const end = await log.end()
    const { cursor } = fold.head
    if (end > cursor) {
      findings.push({ kind: 'tail', offset: cursor, message: `${end - cursor} bytes behind the last line break` })
    }
  }
  const { mark, position } = fold.head
  return { hub: fold.genesis?.hub, commits: mark[0], events: position, chain: mark[1], void: voids, findings }
}

const misshapen = ({ entry, commit }: Judged, { s, t }: StoredEvent, why: string): Finding => ({
  kind: 'event',
  offset: entry.ref,
  ...(commit && { commit: commit.id }),
  message: `${t} on ${s} is not of its shape: ${why}`,
})

function findingsOf(judged: Judged, versions: ReadonlyMap<string, number>): Finding[] {
  const { commit, entry } = judged
  const offset = entry.ref
  switch (judged.void) {
    case 'torn':
      return [{ kind: 'torn', offset, message: `a record of ${entry.line.length} bytes fails its checksum` }]
    case 'invalid':
      return [{ kind: 'invalid', offset, message: `a record breaks the format: ${judged.why ?? ''}` }]
    case 'orphaned': {
      const id = commit?.id ?? ''
      return [{ kind: 'orphaned', offset, commit: id, message: `commit ${id} relied on commits that were lost` }]
    }
    case undefined: {
      const claims: Finding[] = []
      for (const stream in commit?.on) {
        const claimed = commit.on[stream] as number
        const version = versions.get(stream) ?? 0
        if (claimed === version) continue
        const message = `commit ${commit.id} claims version ${claimed} of ${stream}, which stood at ${version}`
        claims.push({ kind: 'claim', offset, commit: commit.id, message })
      }
      return claims
    }
    default:
      return []
  }
}
