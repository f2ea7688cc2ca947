import type { GroupView, ItemView, RoundView } from '../../index.ts'
import { asWhoever, theGroup } from '../named.ts'
import { AT } from '../moments.ts'
import { page, PAGE, table } from '../paging.ts'
import { ago, bold, columns, dim, green, oneLine, red, yellow, type Look } from '../print.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { VerbBody } from '../verb.ts'

export const groupList: VerbBody = {
  options: () => ({ all: { type: 'boolean', about: 'the disbanded ones too' }, ...PAGE, ...AT }),
  examples: ['baton group list', 'baton group list --all --reverse -n 5 --json'],
  async run({ given, look, reader }) {
    const hub = await reader()
    const found = await page(given, (options) => hub.groups({ ...options, onlyOpen: given['all'] !== true }))
    const { items: groups } = found
    const rows = groups.map((group) => [
      bold(group.id, look),
      group.status,
      seatOf(group, look),
      `${group.members.length} members`,
      group.round === undefined ? '' : roundHead(group.round, look),
    ])
    const none = given['all'] === true ? 'no group was ever formed' : 'no group is there'
    return { json: groups, text: groups.length === 0 ? none : table(rows, found, look) }
  },
}

export const groupShow: VerbBody = {
  options: () => ({ round: { type: 'string', value: 'n', about: 'that round instead of the newest' }, ...AT }),
  examples: ['baton group show reviewers --as planner', 'baton group show planner/reviewers --round 1'],
  async run(request) {
    const { positionals, given, look } = request
    const [name = ''] = positionals
    const round = given['round'] === undefined ? {} : { round: roundNumber(String(given['round'])) }
    const group = await theGroup(await asWhoever(request), name, round)
    if (given['round'] !== undefined && group.round === undefined) throw noRound(group, String(given['round']))
    return { json: group, text: board(group, look) }
  },
}

const noRound = ({ id, rounds }: GroupView, round: string): UsageError =>
  new UsageError(`group ${id} has no round ${round}`, `It has had ${rounds}.`, EXIT.notFound)

function roundNumber(text: string): number {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n > 0) return n
  throw new UsageError(`${text} is no round`, 'Rounds are numbered from 1.')
}

const seatOf = ({ coordinator, vacatedBy }: GroupView, look: Look): string =>
  coordinator ?? red(`nobody coordinates it since ${vacatedBy ?? ''} left`, look)

function board(group: GroupView, look: Look): string {
  const head = [bold(group.id, look), group.status, dim(`${group.rounds} rounds`, look)].join('  ')
  const lines = [
    head,
    `  coordinated by ${seatOf(group, look)}`,
    `  members ${group.members.map((member) => member.replace(/^session:/, '')).join(', ') || 'none'}`,
  ]
  if (group.round !== undefined) lines.push(...roundLines(group.round, look))
  return lines.join('\n')
}

function roundHead({ round, status, verdict, fanIn, items, reason }: RoundView, look: Look): string {
  const settled = items.filter(({ outcome }) => outcome !== undefined).length
  const rule = fanIn.mode === 'quorum' ? `${fanIn.needed} of ${items.length}` : fanIn.mode
  return [
    `round ${round} (${rule})`,
    colouredVerdict(verdict ?? status, look),
    `${settled}/${items.length} in`,
    status === 'open' && fanIn.deadline !== undefined ? `deadline ${ago(fanIn.deadline, look)}` : '',
    reason === undefined ? '' : oneLine(reason),
  ]
    .filter((part) => part !== '')
    .join('  ')
}

const colouredVerdict = (verdict: string, look: Look): string => {
  if (verdict === 'complete') return green(verdict, look)
  return verdict === 'failed' || verdict === 'cancelled' ? red(verdict, look) : yellow(verdict, look)
}

function roundLines(round: RoundView, look: Look): string[] {
  const rows = round.items.map((item) => [
    `  ${item.itemId}`,
    boundTo(item),
    item.outcome === undefined ? dim('pending', look) : coloured(item, look),
    item.runStatus === undefined ? '' : dim(item.runStatus, look),
    oneLine(
      item.reason ??
        (item.result === undefined ? (item.omitted === true ? '(with the run)' : '') : JSON.stringify(item.result)),
    ),
  ])
  const kept = round.checkpoints.map(
    ({ label, settled, pending }) =>
      `  ${dim('checkpoint', look)} ${oneLine(label)}: ${settled.length} in, ${pending.length} pending`,
  )
  return [roundHead(round, look), columns(rows), ...kept]
}

const coloured = ({ outcome = 'ok', late }: ItemView, look: Look): string =>
  (outcome === 'ok' ? green(outcome, look) : red(outcome, look)) + (late === true ? dim(' (late)', look) : '')

const boundTo = ({ runId, sessionId, effectId }: ItemView): string => {
  if (effectId !== undefined) return `effect ${runId ?? ''}/${effectId}`
  return runId === undefined ? (sessionId ?? '') : `run ${runId}`
}
