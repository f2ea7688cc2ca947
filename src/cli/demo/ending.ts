/** How it ends on paper: runs, owners, state, round, processes, and whether it all holds. */
import path from 'node:path'
import type { RunTree } from '../../index.ts'
import { bold, columns, dim, green, oneLine, red, visible, yellow, type Look } from '../print.ts'
import { coloured } from '../show.ts'
import type { Conflict, Key, Process, Report } from './report.ts'

export function endingLines(report: Report, look: Look): string[] {
  const { runs, ownership, verification, next, seconds } = report
  return [
    ...section(look, 'The runs', columns([treeHead(look), ...treeRows(runs, look)])),
    ...section(look, `Who owned task ${ownership.taskId}`, columns(ownerRows(report, look))),
    ...section(look, `What run ${runs.id} knows, and from whom`, stateText(report, look)),
    ...section(look, ...roundLines(report, look)),
    ...section(
      look,
      'The processes',
      columns(report.processes.map((each) => processRow(each, look))),
      lostLine(report),
    ),
    ...section(look, `Verified, after ${seconds.toFixed(1)} s`, columns(verdictRows(verification, look))),
    ...section(
      look,
      'The hub stays where it is. What to try next',
      columns(next.map(({ command, shows }) => [command, dim(`# ${shows}`, look)])),
    ),
  ]
}

const section = (look: Look, title: string, ...texts: readonly string[]): string[] => [
  '',
  bold(title, look),
  ...texts.filter((text) => text !== '').flatMap((text) => text.split('\n').map((line) => `  ${line}`)),
]

const treeHead = (look: Look): string[] =>
  ['run', 'status', 'session', 'done', 'worktree', 'seeded with', 'merged at'].map((name) => dim(name, look))

function treeRows(tree: RunTree, look: Look, lead = '', below = ''): string[][] {
  const { id, status, reason, sessionId, progress, worktree, seed, merged } = tree
  const row = [
    `${dim(lead, look)}${bold(id, look)}`,
    reason === undefined ? coloured(status, look) : red(reason, look),
    sessionId,
    progress?.percent === undefined ? '' : `${progress.percent}%`,
    worktree === undefined ? '' : path.basename(worktree.path),
    Object.keys(seed?.values ?? {}).join(', '),
    merged.map(({ checkpoint = 'its end' }) => checkpoint).join(', '),
  ]
  const children = tree.children.flatMap((child, i) => {
    const isLast = i === tree.children.length - 1
    return treeRows(child, look, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`)
  })
  return [row, ...children]
}

const ownerRows = ({ ownership }: Report, look: Look): string[][] =>
  ownership.chain.map(({ epoch, from, to, mode, reason = '' }) => [
    dim(`epoch ${epoch}`, look),
    `${from ?? 'nobody'} → ${bold(to ?? 'nobody', look)}`,
    mode,
    dim(reason, look),
  ])

/** Below what was in conflict stands what either side had made of it, and by which rule they became one. */
function stateText({ state, conflicts }: Report, look: Look): string {
  const rows = columns(state.map((key) => stateRow(key, look))).split('\n')
  return state
    .flatMap(({ key, strategy }, i) => {
      const conflict = strategy === undefined ? undefined : conflicts.find((each) => each.key === key)
      return conflict === undefined ? [rows[i]] : [rows[i], `  ${yellow(conflictLine(conflict), look)}`]
    })
    .join('\n')
}

const stateRow = ({ key, value, from }: Key, look: Look): string[] => [
  bold(key, look),
  oneLine(visible(JSON.stringify(value)), 40),
  dim(from.map(({ run, session }) => `${session} in ${run}`).join(' + '), look),
]

const conflictLine = ({ base, ours, theirs, strategy }: Conflict): string =>
  oneLine(
    `conflict: ${JSON.stringify(base)} became ${JSON.stringify(ours)} and ${JSON.stringify(theirs)}: ${strategy}`,
    120,
  )

function roundLines({ group: { id, round }, killed }: Report, look: Look): [title: string, ...lines: string[]] {
  if (round === undefined) return [`${id} has had no round`]
  const { items, checkpoints, verdict = round.status } = round
  const rows = items.map(({ itemId, outcome = 'pending', servedBy = '', effectId }) => [
    itemId,
    outcome === 'ok' ? green(outcome, look) : red(outcome, look),
    servedBy,
    killed?.runId.startsWith(`${effectId}-`) === true ? dim(`after ${killed.runId} was lost`, look) : '',
  ])
  const kept = checkpoints.map(
    ({ label, settled, pending }) => `checkpoint on the way: ${label}, ${settled.length} in, ${pending.length} pending`,
  )
  return [`Round ${round.round} of ${id}: ${verdict}`, columns(rows), ...kept]
}

const processRow = ({ name, pid, commits, code, signal }: Process, look: Look): string[] => [
  bold(name, look),
  `pid ${pid}`,
  `${commits} commits`,
  ended(name, code, signal, look),
]

function ended(name: string, code: Process['code'], signal: Process['signal'], look: Look): string {
  if (name === 'operator') return dim('this one', look)
  return typeof signal === 'string' ? red(`ended by ${signal}`, look) : `exit code ${code}`
}

function lostLine({ killed }: Report): string {
  if (killed?.lost === undefined) return ''
  const waited = (Date.parse(killed.lost.at) - Date.parse(killed.at)) / 1_000
  const { runId, lost } = killed
  return `${waited.toFixed(1)} s after the kill the lease of ${runId} had run out: found by ${lost.foundBy}`
}

const verdictRows = ({ events, commits, findings, documents, drifted }: Report['verification'], look: Look) => [
  ['log', `${events} events in ${commits} commits`, verdict(findings.length, 'whole', look)],
  ['views', `${documents} documents against a fresh fold`, verdict(drifted, 'none drifted', look)],
]

const verdict = (count: number, well: string, look: Look): string =>
  count === 0 ? green(well, look) : red(count === 1 ? '1 finding' : `${count} findings`, look)
