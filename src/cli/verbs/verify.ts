import { isBatonError, type BatonError, type Finding, type Hub, type Report, type ViewsReport } from '../../exports.ts'
import { driftLines, PHASES, problemLines } from '../drift.ts'
import { LOG_FINDINGS, withDamage } from '../log-findings.ts'
import { isTableDamaged, lookAt, readLog } from '../looking.ts'
import { withPhases } from '../phases.ts'
import { bold, columns, dim, green, red, visible, yellow, type Look } from '../print.ts'
import { noDryRun } from '../show.ts'
import { typedFor, type Typed } from '../typed.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { Given, VerbBody } from '../verb.ts'

export const verify: VerbBody = {
  more: 'Changes nothing. Exit 6 with findings.',
  options: () => ({
    'log-only': { type: 'boolean', about: 'the log, not the views' },
    'views-only': { type: 'boolean', about: 'the views, not the log' },
  }),
  examples: ['baton verify', 'baton verify --log-only', 'baton verify --dir ~/backups/monday --json'],
  async run({ given, look, where, signal }) {
    noDryRun(given, 'verify')
    const { 'log-only': logOnly, 'views-only': viewsOnly } = given
    if (logOnly === true && viewsOnly === true) {
      throw new UsageError('--log-only and --views-only leave nothing', 'baton verify checks both.')
    }
    const dir = where()
    const baton = typedFor(given)
    const read = viewsOnly === true ? undefined : await readLog(dir, given, signal)
    const seen = logOnly === true ? undefined : await compareViews(dir, given, signal)
    // Of the views alone there is nothing to tell where they cannot be looked at.
    if (read === undefined && isBatonError(seen)) throw seen
    const views = seen instanceof Error ? undefined : seen
    const log = read && { ...read, findings: withDamage(read.findings, views?.damage) }
    const notCompared = seen instanceof Error ? seen.message : undefined
    const problems = views?.problems ?? []
    const found = (log?.findings.length ?? 0) + (views?.report.drifted ?? 0) + problems.length
    return {
      json: {
        ...(log && { log }),
        ...(views && { views: { ...views.report, problems } }),
        ...(notCompared !== undefined && { notCompared }),
      },
      text: [...(log ? logLines(log, baton, look) : []), ...viewLines(views, seen, baton, look)].join('\n'),
      exit: found === 0 && notCompared === undefined ? EXIT.ok : EXIT.findings,
    }
  },
}

interface ViewsSeen {
  readonly report: ViewsReport
  readonly problems: readonly { readonly file: string; readonly why: string }[]
  readonly damage: BatonError | undefined
}

async function compareViews(dir: string, given: Given, signal: AbortSignal): Promise<ViewsSeen | Error> {
  try {
    return await lookAt(dir, (hub) => compareIn(hub, given, signal))
  } catch (error) {
    if (isTableDamaged(error)) return error
    throw error
  }
}

async function compareIn(hub: Hub, given: Given, signal: AbortSignal): Promise<ViewsSeen> {
  const report = await withPhases(PHASES, { given }, (onProgress) => hub.projections.verify({ signal, onProgress }))
  const { snapshot } = await hub.projections.status()
  return { report, problems: snapshot?.problems ?? [], damage: hub.damage }
}

function logLines({ commits, events, chain, void: voids, findings }: Report, baton: Typed, look: Look): string[] {
  const kinds = [...new Set(findings.map(({ kind }) => kind))]
  const everyday = Object.entries(voids).filter(([reason]) => !['torn', 'invalid', 'orphaned'].includes(reason))
  return [
    `${bold('log', look)}    ${events} events in ${commits} commits, chain ${chain === '' ? 'none' : chain}: ${verdict(findings.length, look)}`,
    ...(everyday.length === 0
      ? []
      : [dim(`       void as it should be: ${everyday.map(([reason, n]) => `${n} ${reason}`).join(', ')}`, look)]),
    ...(findings.length === 0
      ? []
      : [
          columns(
            findings.map(({ kind, offset, message }) => [
              `  ${painted(kind, look)}`,
              dim(`at ${offset}`, look),
              visible(message),
            ]),
          ),
        ]),
    ...kinds.map((kind) => `  ${kind}: ${LOG_FINDINGS[kind].cure}${next(kind, baton)}`),
  ]
}

function next(kind: Finding['kind'], baton: Typed): string {
  if (kind === 'empty') return ` Type: ${baton('init')}`
  return kind === 'damaged' ? ` What to type: ${baton('doctor')}` : ''
}

function painted(kind: Finding['kind'], look: Look): string {
  const { severity } = LOG_FINDINGS[kind]
  return severity === 'error' ? red(kind, look) : severity === 'warning' ? yellow(kind, look) : kind
}

const verdict = (count: number, look: Look): string =>
  count === 0 ? green('whole', look) : red(count === 1 ? '1 finding' : `${count} findings`, look)

function viewLines(seen: ViewsSeen | undefined, failed: unknown, baton: Typed, look: Look): string[] {
  if (failed instanceof Error) {
    return [
      `${bold('views', look)}  not compared: ${visible(failed.message)}`,
      ...(isTableDamaged(failed) ? [`  Write it anew: ${baton('projections', 'rebuild')}`] : []),
    ]
  }
  if (seen === undefined) return []
  const { report, problems } = seen
  return [
    `${bold('views', look)}  ${report.documents} documents up to #${report.position}: ${
      report.drifted === 0 ? green('all as the log makes them', look) : red(`${report.drifted} drifted`, look)
    }`,
    ...driftLines(report, baton, look),
    ...problemLines(problems, baton, look),
  ]
}
