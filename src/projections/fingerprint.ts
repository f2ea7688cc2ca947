/** Two builds that fold alike share their snapshots; those that do not never see each other's. */
import { crc32 } from 'node:zlib'
import { eventCatalog } from '../events/catalog.ts'
import { viewCatalog } from './catalog.ts'
import { indexVersions } from './indexes.ts'
import type { Views } from './replica.ts'
import { isLittleEndian } from './snapshots/endian.ts'

/** Raised when tables or manifests are written in another way. */
export const FORMAT = 5

/** What a build folds: the same events into the same views, or some of them. */
export interface Folds {
  /** Digest of all that every view depends on. */
  readonly events: string
  readonly views: Readonly<Record<string, number>>
}

export function foldsOf(views: Views = viewCatalog): Folds {
  const versions: Record<string, number> = {}
  for (const name of Object.keys(views)) versions[name] = (views[name] as Views[string]).version
  return { events: ofEvents(), views: versions }
}

/** Worked out once: it never changes. */
let digestOfEvents: string | undefined

/** Of a manifest's format, too: it keeps the chains as the machine keeps numbers. */
const ofEvents = (): string =>
  (digestOfEvents ??= digest(
    FORMAT,
    isLittleEndian ? '"little-endian"' : '"big-endian"',
    listed(indexVersions, (version) => version),
    listed(eventCatalog, ({ version }) => version),
  ))

export const fingerprint = (folds: Folds = foldsOf()): string =>
  digest(
    `"${folds.events}"`,
    listed(folds.views, (version) => version),
  )

/** As JSON. In what order a catalogue lists them hangs on how it was bundled, and means nothing. */
const listed = <Held>(catalog: Readonly<Record<string, Held>>, versionOf: (held: Held) => number): string => {
  let pairs = ''
  for (const name of Object.keys(catalog).toSorted()) {
    pairs += `${pairs === '' ? '' : ','}["${name}",${versionOf(catalog[name] as Held)}]`
  }
  return `[${pairs}]`
}

function digest(...parts: readonly (string | number)[]): string {
  const text = `[${parts.join(',')}]`
  return [crc32(text), crc32(text, 0xba70)].map((half) => half.toString(16).padStart(8, '0')).join('')
}
