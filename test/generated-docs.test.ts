/** The reference is made from the code: what is committed is what the code says now. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { documents } from '../docs/generate.ts'
import { errorFamilies, errorTexts } from '../src/error-texts.ts'
import { codeOf } from '../src/cli/usage.ts'
import { verbs } from '../src/cli/verbs/catalog.ts'

const DOCS = path.resolve(import.meta.dirname, '../docs')

test('docs/cli.md and docs/errors.md are what `npm run docs` makes', async () => {
  for (const [name, text] of Object.entries(await documents())) {
    expect(fs.readFileSync(path.join(DOCS, name), 'utf8'), `docs/${name} is old: npm run docs`).toBe(text)
  }
})

test('every verb and every code has a section, and no link leads nowhere', async () => {
  const { 'cli.md': cli = '', 'errors.md': errors = '' } = await documents()
  for (const { name } of verbs) expect(cli, name).toContain(`\n### ${name}\n`)
  const told = errorFamilies.flatMap(({ codes }) => Object.keys(codes))
  expect(told.toSorted()).toEqual(Object.keys(errorTexts).toSorted())
  const anchors = new Set([...errors.matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name.toLowerCase()))
  const links = [...cli.matchAll(/errors\.md#(\w+)/g)].map(([, anchor]) => anchor)
  expect(links.length).toBeGreaterThan(100)
  for (const anchor of links) expect(anchors).toContain(anchor)
})

test('nothing that looks like a command stands in a fence but as an example', async () => {
  const { 'cli.md': cli = '' } = await documents()
  const fenced = [...cli.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
  expect(fenced).toHaveLength(verbs.length)
  for (const [, info, lines = ''] of fenced) {
    expect(info).toBe('text')
    for (const line of lines.trimEnd().split('\n')) expect(line).toMatch(/^ {2}- baton /)
  }
})

test('what failed for good is a failure, what is not there is not found', () => {
  expect([
    codeOf('VIEW_STALE'),
    codeOf('STORAGE_FULL'),
    codeOf('UNKNOWN_TASK'),
    codeOf('CONFLICT'),
    codeOf('NOT_OWNER'),
  ]).toEqual([1, 1, 3, 4, 5])
})
