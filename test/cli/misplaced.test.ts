/** No hub where one was looked for: what is there is said, and the line that is proposed works as it stands. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepare } from '../support/prepared.ts'
import { typing } from '../support/typed.ts'

let root: string
let typed: ReturnType<typeof typing>
beforeAll(async () => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')))
  typed = typing(root)
  await prepare(path.join(root, 'all', 'project'))
  for (const dir of ['all/project/sub', 'all/copies', 'all/empty/.baton', 'two/a', 'two/b'])
    fs.mkdirSync(path.join(root, dir), { recursive: true })
  const hub = path.join(root, 'all/project/.baton')
  for (const copy of ['all/copies/monday', 'two/a/.baton', 'two/b/.baton'])
    fs.cpSync(hub, path.join(root, copy), { recursive: true })
  fs.writeFileSync(path.join(root, 'all/project/notes.txt'), '')
  fs.mkdirSync(path.join(root, 'other/log'), { recursive: true })
  fs.writeFileSync(path.join(root, 'other/notes.txt'), '')
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

type Place = readonly [what: string, cwd: string, line: string, says: RegExp, instead: string | undefined]

const PLACES: readonly Place[] = [
  [
    'the log in a hub',
    'all/project',
    'baton log --dir .baton/log',
    /inside the hub .*\.baton\./,
    'baton log --dir .baton',
  ],
  [
    'the same, otherwise',
    'all/project',
    'baton log --dir=.baton/log -n 1',
    /inside the hub/,
    'baton log --dir=.baton -n 1',
  ],
  ['the same, by BATON_DIR', 'all/project', 'BATON_DIR=.baton/log baton log', /inside/, 'baton log --dir .baton'],
  ['a file of a hub', 'all/project', 'baton log --dir .baton/log/00000001.jsonl', /inside/, 'baton log --dir .baton'],
  [
    'a file',
    'all/project',
    'baton log --dir notes.txt',
    /notes\.txt is a file; the hub above it/,
    'baton log --dir .baton',
  ],
  ['a directory', 'all/project', 'baton log --dir sub', /sub holds none; the hub above it/, 'baton log --dir .baton'],
  [
    'one that is not there',
    'all/project',
    'baton log --dir sbu',
    /sbu is not there; the hub/,
    'baton log --dir .baton',
  ],
  ['what holds one copy', 'all', 'baton log --dir copies', /one below it: .*monday/, 'baton log --dir copies/monday'],
  ['within a hub of another name', 'all/copies/monday', 'baton log', /is a hub itself/, 'baton log --dir .'],
  ['over a hub of another name', 'all/copies', 'baton log', /one below it: .*monday/, 'baton log --dir monday'],
  ['a backup that is none', 'all/project', 'baton restore sub ../new', /sub holds none/, 'baton restore .baton ../new'],
  [
    'a file far from any hub',
    'other',
    'baton log --dir notes.txt',
    /is a file: name the directory of a hub/,
    undefined,
  ],
  ['several below it', 'two', 'baton log', /some below it: a\/\.baton, b\/\.baton/, undefined],
  ['half a hub', 'all/empty', 'baton log', /there is no hub in .*empty\/\.baton/, 'baton init'],
  ['logs that are no hub’s', 'other', 'baton log --dir .', /there is no hub in/, 'baton init --dir .'],
]

test.each(PLACES)('%s', async (_, cwd, line, says, instead) => {
  const { code, stdout, stderr } = await typed(line, path.join(root, cwd))
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(says)
  const last = stderr.trimEnd().split('\n').at(-1) ?? ''
  expect(/^ {2}(?:.*: )?(baton .*)$/.exec(last)?.[1]).toBe(instead)
  if (instead === undefined) return
  expect(await typed(instead, path.join(root, cwd))).toMatchObject({ code: 0 })
})
