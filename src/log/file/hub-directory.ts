import fs from 'node:fs'
import path from 'node:path'
import { syncUpTo } from './directories.ts'
import { logFile } from './file-log.ts'

/** In a directory of our own that is empty: all that a hub has, durable, with an empty log. Answers where that lies. */
export function makeHubDirectory(dir: string): string {
  const file = logFile(dir)
  fs.mkdirSync(path.dirname(file), { mode: 0o700 })
  for (const [name, content] of [
    [path.join(dir, '.gitignore'), '*\n'],
    [file, ''],
  ] as const) {
    fs.writeFileSync(name, content, { mode: 0o600, flag: 'wx', flush: true })
  }
  syncUpTo(path.dirname(file), dir)
  return file
}
