/** Two builds that fold alike share their snapshots; those that do not never see each other's. */
import { crc32 } from 'node:zlib'
import { eventCatalog } from '../events/catalog.ts'
import { viewCatalog } from './catalog.ts'
import { indexVersions } from './indexes.ts'
import type { Views } from './replica.ts'
import { isLittleEndian } from './snapshots/endian.ts'

/** Raised when tables or manifests are written in another way. */
const FORMAT = 5

/** What a build folds: the same events into the same views, or some of them. */
export interface Folds {
  /** Digest of all that every view depends on. */
  readonly events: string
  readonly views: Readonly<Record<string, number>>
}

export const foldsOf = (views: Views = viewCatalog): Folds => ({
  events: ofEvents(),
  views: Object.fromEntries(Object.entries(views).map(([name, { version }]) => [name, version])),
})

/** Worked out once: it never changes. */
let digestOfEvents: string | undefined

const ofEvents = (): string =>
  (digestOfEvents ??= digest([
    FORMAT,
    // A manifest keeps the chains as the machine keeps numbers.
    isLittleEndian ? 'little-endian' : 'big-endian',
    sorted(Object.entries(indexVersions)),
    sorted(Object.entries(eventCatalog).map(([type, { version }]): [string, number] => [type, version])),
  ]))

export const fingerprint = (folds: Folds = foldsOf()): string =>
  digest([folds.events, sorted(Object.entries(folds.views))])

/** In what order a catalogue lists them hangs on how it was bundled, and means nothing. */
const sorted = (versions: readonly [name: string, version: number][]): readonly unknown[] =>
  versions.toSorted(([a], [b]) => (a < b ? -1 : 1))

function digest(what: unknown): string {
  const text = JSON.stringify(what)
  return [crc32(text), crc32(text, 0xba70)].map((half) => half.toString(16).padStart(8, '0')).join('')
}
