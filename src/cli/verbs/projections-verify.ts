import { isBatonError } from '../../exports.ts'
import { driftLines, PHASES, problemLines } from '../drift.ts'
import { lookAt } from '../looking.ts'
import { withPhases } from '../phases.ts'
import { noDryRun } from '../show.ts'
import { typedFor } from '../typed.ts'
import { EXIT } from '../usage.ts'
import type { VerbBody } from '../verb.ts'

export const projectionsVerify: VerbBody = {
  more: 'Changes nothing. Exit 6 with findings.',
  examples: ['baton projections verify', 'baton projections verify --json'],
  async run({ given, look, where, signal }) {
    noDryRun(given, 'projections verify')
    const baton = typedFor(given)
    const seen = await lookAt(where(), async (hub) => {
      const report = await withPhases(PHASES, { given }, (onProgress) => hub.projections.verify({ signal, onProgress }))
      return { ...report, problems: (await hub.projections.status()).snapshot?.problems ?? [] }
    })
    if (isBatonError(seen)) throw seen
    const { documents, drifted, position, problems } = seen
    const head =
      drifted === 0
        ? `${documents} documents up to #${position}: all are what the log makes of them`
        : `${drifted} of ${documents} documents up to #${position} are not what the log makes of them`
    return {
      json: seen,
      text: [head, ...driftLines(seen, baton, look), ...problemLines(problems, baton, look)].join('\n'),
      exit: drifted + problems.length === 0 ? EXIT.ok : EXIT.findings,
    }
  },
}
