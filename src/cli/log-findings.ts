/** What may be found in a log, how bad it is, and what to do about it. */
import type { BatonError, Finding } from '../index.ts'

export type Severity = 'error' | 'warning' | 'hint'

interface Kind {
  readonly severity: Severity
  readonly cure: string
}

const HARMLESS = 'Nothing to do: it counts as if it had never been written.'

export const LOG_FINDINGS: Readonly<Record<Finding['kind'], Kind>> = {
  torn: { severity: 'hint', cure: `${HARMLESS} A writer was killed there, or the power failed.` },
  orphaned: { severity: 'hint', cure: `${HARMLESS} Nobody had been told that it was done.` },
  tail: { severity: 'hint', cure: 'Nothing to do: somebody is writing, or was killed over it.' },
  invalid: { severity: 'warning', cure: `${HARMLESS} But no Baton wrote it: see what else writes to that file.` },
  claim: { severity: 'warning', cure: 'Nothing is lost; but no Baton wrote it: see what else writes to that file.' },
  event: {
    severity: 'warning',
    cure: 'Nobody decides on that stream, and everything else goes on; no Baton wrote it: see what else writes to that file.',
  },
  damaged: {
    severity: 'error',
    cure: 'What stands before it can be read and nothing can be written. Go on with a backup, or with what can be read.',
  },
  'too-new': {
    severity: 'error',
    cure: 'Nothing is wrong with it: a newer version wrote there. Use that one or a later one.',
  },
  empty: { severity: 'error', cure: 'Whoever made this hub was killed over it. Finish it.' },
}

/** That a line was durable once a snapshot may know, and the log alone does not. */
export function withDamage(findings: readonly Finding[], damage: BatonError | undefined): readonly Finding[] {
  if (damage === undefined || findings.some(({ kind }) => kind === 'damaged')) return findings
  const attested: Finding = { kind: 'damaged', offset: Number(damage.details['offset']), message: damage.message }
  return [...findings.filter(({ offset }) => offset !== attested.offset), attested]
}
