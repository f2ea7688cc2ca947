/** How an event looks in a line. */
import type { LoggedEvent } from '../index.ts'
import { describe } from './describe.ts'
import { ago, bold, dim, oneLine, visible, type Look } from './print.ts'

const nameOf = ({ by }: LoggedEvent): string => by.id ?? by.kind

export const eventLine = (event: LoggedEvent, look: Look, when: typeof ago = ago): string =>
  `${dim(`#${event.position}`, look)}  ${when(event.at, look)}  ${bold(nameOf(event), look)}  ${describe(event.type, event.data)}`

/** For a glance at many: no more than the terminal is wide. */
export const shortLine = (event: LoggedEvent, look: Look, width = 100): string => {
  const head = `#${event.position} ${nameOf(event)}: `
  return `${dim(`#${event.position}`, look)} ${bold(nameOf(event), look)}: ${oneLine(describe(event.type, event.data), Math.max(20, width - head.length))}`
}

/** As it is stored. */
export const rawLine = ({ position, stream, type, typeVersion, data }: LoggedEvent): string =>
  visible(`${position} ${stream} ${type} v${typeVersion} ${JSON.stringify(data)}`)

/** The fields of a document that are not what they were. */
export function changedFields(before: unknown, after: unknown, look: Look): string[] {
  const [from, to] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>]
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((field) => {
    const [was, is] = [JSON.stringify(from[field]), JSON.stringify(to[field])]
    if (was === is) return []
    return [dim(`      ${visible(field)}: ${visible(was ?? '–')} → ${visible(is ?? '–')}`, look)]
  })
}
