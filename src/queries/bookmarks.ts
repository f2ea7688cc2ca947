/**
 * Where somebody left off. A position says how far; a cursor, `<position>.<checksum of the commit's line>`, says it of
 * this history: each line names the chain before it, so no other log has that line there.
 */
import { BatonError } from '../errors.ts'
import { hex8 } from '../log/chain.ts'
import { commitAt, cursorOf, type Freshness, type LineCache, type Reading } from './reading.ts'

/** A position, or the `cursor` of something that was handed out. To programs a cursor is only a text. */
export type Bookmark = number | string

/** Both exclusive. */
export interface Bookmarks {
  readonly after?: Bookmark
  readonly before?: Bookmark
}

export interface Span {
  readonly after: number
  readonly before: number
}

const CURSOR = /^(\d{1,15})\.([0-9a-f]{8})$/

/** The cursor of an event that is there. */
export async function cursorAt(reading: Reading, position: number, cache?: LineCache): Promise<string> {
  return cursorOf(position, await crcAt(reading, position, cache))
}

/** The commit that holds the position is the last one that begins there or before: what comes before it has no event. */
async function crcAt(reading: Reading, position: number, cache?: LineCache): Promise<number> {
  const place = await reading.ask({}, () => reading.commits().last((commit) => commit.position <= position))
  return place === undefined ? 0 : (await commitAt(reading.log, place.ref, cache)).crc
}

/** The positions that are meant. CURSOR_LOST where this log is not the one in which they were left. */
export async function spanOf(reading: Reading, { after, before }: Bookmarks, freshness: Freshness = {}): Promise<Span> {
  return {
    after: after === undefined || after === 0 ? 0 : await positionOf(reading, 'after', after, freshness),
    before:
      before === undefined || before === Infinity ? Infinity : await positionOf(reading, 'before', before, freshness),
  }
}

async function positionOf(
  reading: Reading,
  side: keyof Bookmarks,
  bookmark: Bookmark,
  freshness: Freshness,
): Promise<number> {
  const [, digits, crc] = typeof bookmark === 'string' ? (CURSOR.exec(bookmark) ?? []) : []
  const position = typeof bookmark === 'string' ? Number(digits ?? Number.NaN) : bookmark
  if (!Number.isSafeInteger(position) || position < 0) throw noBookmark(side, bookmark)
  // Whatever stands before what is still to come is everything: that promises nothing about what was seen.
  if (side === 'before' && crc === undefined) return position
  const end = await reading.ask(freshness, () => reading.states.position)
  if (position > end) throw reading.damage() ?? lost(bookmark, position, end, `this log ends at #${end}`)
  if (crc === undefined || position === 0) return position
  const found = hex8(await crcAt(reading, position))
  if (found !== crc) throw lost(bookmark, position, end, 'another commit stands there')
  return position
}

const noBookmark = (side: string, bookmark: Bookmark): BatonError =>
  new BatonError('INVALID_COMMAND', `${side} cannot be ${JSON.stringify(bookmark) ?? String(bookmark)}`, {
    details: { path: side, [side]: bookmark },
    hint: 'A position, or the cursor that a message or an event came with.',
  })

const lost = (bookmark: Bookmark, position: number, end: number, why: string): BatonError =>
  new BatonError('CURSOR_LOST', `${JSON.stringify(bookmark)} was not left in this log: ${why}`, {
    details: { cursor: bookmark, position, end },
    hint:
      'It is of another hub, or this one was restored or lost its end in a power cut. Begin without it: what is not ' +
      'acknowledged is handed out again; or, if the history up to there is known to be the same, from the position alone.',
  })
