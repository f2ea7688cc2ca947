/**
 * Every file of examples/, run as its readers run it, prints what it says at its end that it prints: in that comment
 * `...` stands for whatever differs from run to run.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const FOLDER = path.join(ROOT, 'examples')
const FILES = fs.readdirSync(FOLDER).toSorted()
/** Whatever takes longer hangs. */
const PATIENCE_MS = 90_000

interface Ran {
  readonly code: number | null
  readonly said: string
}

let tmp: string
let runs: ReadonlyMap<string, Promise<Ran>>

beforeAll(() => {
  tmp = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  runs = inPairs(FILES, run)
})

afterAll(async () => {
  await Promise.all(runs.values())
  fs.rmSync(tmp, { recursive: true, force: true })
})

/** What `npx tsx examples/<file>` runs, with a directory for temporary files that is ours to remove. */
function run(file: string): Promise<Ran> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const env = Object.fromEntries(Object.entries(inherited).filter(([name]) => !name.startsWith('BATON_')))
  const child = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', path.join('examples', file)], {
    cwd: ROOT,
    env: { ...env, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: whatever hangs is ended with all that it has started.
    detached: true,
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const late = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), PATIENCE_MS)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(late)
      resolve({ code, said })
    })
  })
}

/** Two at a time, in order. */
function inPairs(files: readonly string[], start: (file: string) => Promise<Ran>): Map<string, Promise<Ran>> {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()]
  return new Map(
    files.map((file, i) => {
      const ran = (lanes[i % 2] as Promise<unknown>).then(() => start(file))
      lanes[i % 2] = ran.catch(() => undefined)
      return [file, ran]
    }),
  )
}

const sourceOf = (file: string): string => fs.readFileSync(path.join(FOLDER, file), 'utf8')

/** The comment that a file ends with: `/* Prints`, and what it prints. */
const printsOf = (source: string): string | undefined => /\n\/\* Prints\n([\s\S]+)\n\*\/\n$/.exec(source)?.[1]

const patternOf = (prints: string): RegExp => new RegExp(`^${prints.split('...').map(escaped).join('.*?')}$`)

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

describe.each(FILES)('examples/%s', (file) => {
  test('ends well and prints what it says', { timeout: FILES.length * PATIENCE_MS }, async () => {
    const prints = printsOf(sourceOf(file))
    expect(
      prints,
      `${file} does not say at its end, in a comment that begins with "Prints", what it prints`,
    ).toBeDefined()
    const { code, said } = (await runs.get(file)) as Ran
    expect(code, said).toBe(0)
    expect(said.trimEnd()).toMatch(patternOf(prints ?? ''))
  })

  test('uses what the package gives, and nothing of its inside', () => {
    const modules = [...sourceOf(file).matchAll(/\bfrom '([^']+)'|\bimport\(?'([^']+)'/g)].map(([, a, b]) => a ?? b)
    const allowed = /^(agent-baton|agent-baton\/testing|@event-driven-io\/emmett|node:[\w/]+)$/
    expect(modules.filter((module) => !allowed.test(module ?? ''))).toEqual([])
    expect(modules).toContain('agent-baton')
  })
})
