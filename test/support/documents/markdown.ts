/** What a document holds that can be checked: fenced blocks, links, headings, and code amid sentences. */
import fs from 'node:fs'
import path from 'node:path'

export interface Block {
  /** The words behind the opening fence: `console fresh`. */
  readonly info: readonly string[]
  /** Where its first line stands in the document, counted from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

export interface Mention {
  readonly line: number
  readonly text: string
}

export interface Document {
  readonly file: string
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
  /** Where links and pictures lead. */
  readonly links: readonly Mention[]
  /** `Code` amid sentences. */
  readonly codes: readonly Mention[]
  /** What a link into this document can name behind its `#`. */
  readonly anchors: ReadonlySet<string>
}

export const ROOT = path.resolve(import.meta.dirname, '../../..')

export const readDocument = (file: string): Document =>
  parseDocument(file, fs.readFileSync(path.join(ROOT, file), 'utf8'))

export function parseDocument(file: string, text: string): Document {
  const lines = text.split('\n')
  const { blocks, prose } = parts(file, lines)
  const bare = prose.map(({ line, text: said }) => ({ line, text: said.replaceAll(/`[^`]*`/g, '') }))
  return {
    file,
    lines,
    blocks,
    links: bare.flatMap(({ line, text: said }) => [
      ...all(line, said, /\]\(([^()\s]+(?:\([^()]*\))?)[^()]*\)/g),
      ...all(line, said, /\b(?:src|href)="([^"]+)"/g),
    ]),
    codes: prose.flatMap(({ line, text: said }) => all(line, said, /`([^`]+)`/g)),
    anchors: anchorsOf(prose.map(({ text: said }) => said)),
  }
}

const all = (line: number, text: string, pattern: RegExp): Mention[] =>
  [...text.matchAll(pattern)].map((match) => ({ line, text: match[1] as string }))

function parts(file: string, lines: readonly string[]): { blocks: Block[]; prose: Mention[] } {
  const blocks: Block[] = []
  const prose: Mention[] = []
  let open: { info: string[]; line: number; lines: string[]; indent: number } | undefined
  for (const [i, text] of lines.entries()) {
    const fence = /^( *)```(.*)$/.exec(text)
    if (open !== undefined && fence !== null) {
      if (fence[2]?.trim() !== '') throw new Error(`${file}:${i + 1}: a block begins within another one`)
      blocks.push(open)
      open = undefined
    } else if (open !== undefined) {
      open.lines.push(text.slice(Math.min(open.indent, text.search(/\S|$/))))
    } else if (fence !== null) {
      const info = (fence[2] as string).split(' ').filter((word) => word !== '')
      open = { info, line: i + 2, lines: [], indent: (fence[1] as string).length }
    } else {
      prose.push({ line: i + 1, text })
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line - 1}: this block has no end`)
  return { blocks, prose }
}

/** As the site that shows the documents makes them of headings. */
function anchorsOf(lines: readonly string[]): Set<string> {
  const anchors = new Set<string>()
  for (const line of lines) {
    const [, heading] = /^#{1,6} +(.*?) *$/.exec(line) ?? []
    if (heading === undefined) continue
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}
