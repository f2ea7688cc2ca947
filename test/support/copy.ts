import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

/** A directory as it is. (Node's own copy loses modes from 24 on, and ends the process at a link to itself.) */
export function copyTree(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true })
  execFileSync('cp', ['-a', `${from}/.`, to])
}
