/**
 * STORED FORMAT (docs/snapshot-format.md). The documents that changed last, written into the manifest itself: a table of
 * their own takes whoever ends soon longer than all the rest. Two lines each: the key as JSON, and the document; empty
 * where there is none any more.
 */
import type { Written } from '../documents.ts'

/** By the keys as JSON; as tables have them: `null` says that there is none any more. */
export type Noted = ReadonlyMap<string, string | null>

export const NO_MARGIN = Buffer.alloc(0)

/** Whoever reads the manifest reads it too. */
const MOST_BYTES = 64 * 1024

export function readMargin(margin: Buffer): Noted {
  const noted = new Map<string, string | null>()
  const lines = margin.toString('utf8').split('\n')
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const json = lines[i + 1] as string
    // Whoever looks for one knows its key: to parse them all takes as long as all the rest.
    noted.set(lines[i] as string, json === '' ? null : json)
  }
  return noted
}

/** Undefined where it is too much for one. */
export function marginOf(written: Iterable<Written>): Buffer | undefined {
  let text = ''
  for (const { key, json } of written) {
    text += `${JSON.stringify(key)}\n${json ?? ''}\n`
    if (text.length > MOST_BYTES) return undefined
  }
  return Buffer.from(text)
}
