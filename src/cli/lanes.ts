/** Who did what, side by side: a lane for everybody who takes part, a row for every event, from whoever did it to whom. */
import type { LoggedEvent } from '../index.ts'
import { describe } from './describe.ts'
import { ago, bold, cyan, dim, oneLine, visible, type Look } from './print.ts'

/** More would not fit beside each other. */
const MOST_LANES = 8
const OTHERS = 'others'
const GAP = 2
const NARROWEST_TEXT = 24

interface Row {
  readonly event: LoggedEvent
  readonly from: string
  readonly to?: string
}

const plain = (name: string): string => name.replace(/^session:/, '')

/** An address as it was written, that names somebody: not a set, nor a relative. */
const isOne = (address: unknown): boolean =>
  typeof address === 'string' &&
  /^(session:|run:)?[\w.-]+$/.test(address) &&
  !/^(parent|root|children|siblings|ancestors|descendants)$/.test(address)

/** Whom it reaches, where it is somebody: the fields in which events name who comes to have something. */
function reached({ type, data }: LoggedEvent): string | undefined {
  // From one status to another.
  if (type === 'TaskStatusChanged') return undefined
  const { to, mailbox, member, sessionId, address } = data as Readonly<Record<string, unknown>>
  const found = [to, mailbox, member, sessionId, isOne(address) ? address : undefined]
  const [first] = found.filter((each) => typeof each === 'string')
  return first === undefined ? undefined : plain(first)
}

function rowOf(event: LoggedEvent): Row {
  const from = event.by.id ?? event.by.kind
  const to = reached(event)
  return to === undefined || to === from ? { event, from } : { event, from, to }
}

/** In the order in which they first do something, or something reaches them. */
function lanesOf(rows: readonly Row[]): string[] {
  const all = [...new Set(rows.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])))]
  return all.length <= MOST_LANES ? all : [...all.slice(0, MOST_LANES - 1), OTHERS]
}

/** Head and rows, no wider than that. */
export function swimlanes(events: readonly LoggedEvent[], look: Look, width: number): string[] {
  const rows = events.map(rowOf)
  const lanes = lanesOf(rows)
  const places = centres(lanes.map((name) => visible(name).length))
  const end = places.reduce((last, { at, half }) => Math.max(last, at + half), 0) + GAP
  const times = rows.map(({ event }) => ago(event.at, look))
  const [digits, age] = [
    Math.max(1, ...rows.map(({ event }) => `#${event.position}`.length)),
    Math.max(0, ...times.map((time) => time.length)),
  ]
  const lead = digits + age + 2 * GAP
  const room = Math.max(NARROWEST_TEXT, width - lead - end - GAP)
  const laneOf = (name: string): number => (lanes.includes(name) ? lanes.indexOf(name) : lanes.length - 1)
  return [
    `${' '.repeat(lead)}${headOf(lanes, places, look)}`.trimEnd(),
    ...rows.map(({ event, from, to }, i) => {
      const drawn = line(places, laneOf(from), to === undefined ? laneOf(from) : laneOf(to), end)
      const head = `${`#${event.position}`.padStart(digits)}${' '.repeat(GAP)}${(times[i] ?? '').padEnd(age)}${' '.repeat(GAP)}`
      return `${dim(head, look)}${coloured(drawn, look)}${' '.repeat(GAP)}${oneLine(describe(event.type, event.data), room)}`.trimEnd()
    }),
  ]
}

interface Place {
  readonly at: number
  readonly half: number
}

/** Where the middle of each lane is. */
function centres(widths: readonly number[]): Place[] {
  let left = 0
  return widths.map((width) => {
    const half = Math.ceil(width / 2)
    const at = left + half
    left = at + half + GAP
    return { at, half }
  })
}

function headOf(lanes: readonly string[], places: readonly Place[], look: Look): string {
  let [head, length] = ['', 0]
  for (const [i, lane] of lanes.entries()) {
    const name = visible(lane)
    const start = (places[i]?.at ?? 0) - Math.floor(name.length / 2)
    head += ' '.repeat(Math.max(0, start - length)) + bold(name, look)
    length = Math.max(length, start) + name.length
  }
  return head
}

/** Every lane goes on; what happens begins with a dot and ends with an arrow. */
function line(places: readonly Place[], from: number, to: number, end: number): string {
  const drawn = Array.from({ length: end }, () => ' ')
  for (const { at } of places) drawn[at] = '│'
  const [start, goal] = [places[from]?.at ?? 0, places[to]?.at ?? 0]
  for (let at = Math.min(start, goal); at <= Math.max(start, goal); at++) drawn[at] = '─'
  if (goal !== start) drawn[goal] = goal > start ? '▶' : '◀'
  drawn[start] = '●'
  return drawn.join('')
}

const coloured = (drawn: string, look: Look): string =>
  drawn.replace(/[●▶◀─]+/g, (part) => cyan(part, look)).replace(/│/g, (part) => dim(part, look))
