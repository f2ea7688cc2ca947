import { expect, test } from 'vitest'
import { crc32 } from 'node:zlib'
import { eventCatalog } from '../src/events/catalog.ts'
import { viewCatalog } from '../src/projections/catalog.ts'
import { fingerprint, foldsOf, FORMAT } from '../src/projections/fingerprint.ts'
import { indexVersions } from '../src/projections/indexes.ts'
import { isLittleEndian } from '../src/projections/snapshots/endian.ts'

/** As the directories of snapshots that are there were named. */
function digest(what: unknown): string {
  const text = JSON.stringify(what)
  return [crc32(text), crc32(text, 0xba70)].map((half) => half.toString(16).padStart(8, '0')).join('')
}

const sorted = (versions: readonly (readonly [string, number])[]) => versions.toSorted(([a], [b]) => (a < b ? -1 : 1))

test('it is the digest of what a build folds, as JSON', () => {
  const events = digest([
    FORMAT,
    isLittleEndian ? 'little-endian' : 'big-endian',
    sorted(Object.entries(indexVersions)),
    sorted(Object.entries(eventCatalog).map(([type, { version }]) => [type, version] as const)),
  ])
  const views = Object.entries(viewCatalog).map(([name, { version }]) => [name, version] as const)
  expect(foldsOf()).toEqual({ events, views: Object.fromEntries(views) })
  expect(fingerprint()).toBe(digest([events, sorted(views)]))
})

test('in what order views are listed means nothing', () => {
  const turned = Object.fromEntries(Object.entries(viewCatalog).toReversed())
  expect(fingerprint(foldsOf(turned))).toBe(fingerprint())
  const { open: _, ...fewer } = viewCatalog
  expect(fingerprint(foldsOf(fewer))).not.toBe(fingerprint())
})
