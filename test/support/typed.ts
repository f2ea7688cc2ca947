/** Lines as somebody types them: in a shell, with `baton` on its path and nobody at the keyboard. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { MAIN } from './baton.ts'

export interface Answered {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `root` gets a directory for the path; the home of whoever types is the one above where they are. */
export function typing(root: string): (line: string, cwd: string) => Promise<Answered> {
  const bin = path.join(root, 'bin')
  fs.mkdirSync(bin)
  fs.symlinkSync(MAIN, path.join(bin, 'baton'))
  const inherited = Object.entries(process.env).filter(([name]) => !/^(BATON_|NODE_)/.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [bin, path.dirname(process.execPath), process.env['PATH'] ?? ''].join(':'),
  }
  return (line, cwd) =>
    new Promise((resolve, reject) => {
      const child = spawn('bash', ['--norc', '-c', line], {
        cwd,
        env: { ...env, HOME: path.dirname(cwd) },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, stdout, stderr }))
    })
}
