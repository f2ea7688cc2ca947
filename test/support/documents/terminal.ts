/**
 * The terminal of somebody who follows a document: one bash in an empty directory, with `baton` on its PATH, a home of its
 * own and no variable that names a hub or an actor.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { MAIN } from '../baton.ts'

export interface Printed {
  /** stdout and stderr together, as one pipe sees them. */
  readonly output: string
  readonly code: number
}

export interface Terminal {
  /** Fails if the command takes too long, or ends the shell. */
  run: (command: string) => Promise<Printed>
  /** Ends it, and whatever it left running; answers how many commands those were. */
  close: () => Promise<number>
}

/** Where readers of the documents find themselves. */
const HOME = '/home/you'
const PROJECT = `${HOME}/project`

const PATIENCE_MS = 20_000
const MOST_OUTPUT = 1_000_000

export function openTerminal(patienceMs = PATIENCE_MS): Terminal {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-docs-')))
  fs.mkdirSync(path.join(root, PROJECT), { recursive: true })
  fs.mkdirSync(path.join(root, 'bin'))
  fs.writeFileSync(path.join(root, 'bin/baton'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, {
    mode: 0o755,
  })
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))
  // A process group of its own, so that whatever hangs can be ended as a whole.
  const bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd: path.join(root, PROJECT),
    env: {
      ...inherited,
      PATH: [path.join(root, 'bin'), path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      HOME: path.join(root, HOME),
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => bash.once('close', () => resolve()))
  bash.stdin.on('error', () => undefined)
  const said = bash.stdout.setEncoding('utf8')
  // No command knows it, so none can pretend to have ended.
  const mark = `\u001e${randomUUID()}`
  bash.stdin.write('exec 2>&1; umask 022\n')

  function kill(): void {
    try {
      process.kill(-(bash.pid as number), 'SIGKILL')
    } catch {
      // Nothing of it is left.
    }
  }

  const run = (command: string): Promise<Printed> =>
    new Promise((resolve, reject) => {
      let text = ''
      const hear = (chunk: string): void => {
        text += chunk
        if (text.length > MOST_OUTPUT) kill()
        const [output, code] = text.split(mark)
        if (code?.endsWith('\n') === true)
          end(() => resolve({ output: readable(output as string), code: Number(code) }))
      }
      const gone = (): void => end(() => reject(new Error(`it ended the shell, or printed without end: ${text}`)))
      const timer = setTimeout(() => {
        end(() => reject(new Error(`it has not ended after ${patienceMs / 1_000} s; so far it printed: ${text}`)))
        kill()
      }, patienceMs)
      function end(settle: () => void): void {
        clearTimeout(timer)
        said.off('data', hear)
        bash.off('close', gone)
        settle()
      }
      if (bash.exitCode !== null || bash.signalCode !== null) return gone()
      said.on('data', hear)
      bash.once('close', gone)
      const here = command.replaceAll(HOME, root + HOME)
      bash.stdin.write(`eval ${quoted(here)} < /dev/null; printf '${mark}%s\\n' "$?"\n`)
    })

  const readable = (output: string): string => output.replaceAll(root, '')

  return {
    run,
    async close() {
      const left = await run('jobs -rp').catch(() => ({ output: '' }))
      kill()
      await ended
      fs.rmSync(root, { recursive: true, force: true })
      return left.output.split('\n').filter((line) => line !== '').length
    },
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
