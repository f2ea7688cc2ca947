import { spawn } from 'node:child_process'
import path from 'node:path'

export const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Shell {
  /** Runs `baton ...` and waits for its end. */
  (...args: readonly string[]): Promise<Ran>
  /** The same, with what it printed as JSON; fails if it failed. */
  json: <Document>(...args: readonly string[]) => Promise<Document>
  /** One JSON document a line. */
  lines: <Document>(...args: readonly string[]) => Promise<Document[]>
  /** Runs it, failing if it fails. */
  ok: (...args: readonly string[]) => Promise<string>
}

/** A terminal in a directory, with nobody at it: stdin is closed, and no variable names an actor. */
export function shell(cwd: string, env: Record<string, string> = {}): Shell {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))

  const run = (...args: readonly string[]): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd,
        env: { ...inherited, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, stdout, stderr }))
    })

  async function ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...args)
    if (code !== 0) throw new Error(`baton ${args.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }

  return Object.assign(run, {
    ok,
    json: async <Document>(...args: readonly string[]) => JSON.parse(await ok(...args, '--json')) as Document,
    lines: async <Document>(...args: readonly string[]) =>
      (await ok(...args, '--json'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Document),
  })
}
