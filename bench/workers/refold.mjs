/** Folds all views of a hub from the beginning, snapshots written as it goes; or splits and parses the same bytes. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { serve } from './serve.mjs'

const run = promisify(execFile)

serve(async ({ shared, which, how }) => ({
  async run() {
    const script = path.join(import.meta.dirname, `${how}-once.mjs`)
    const { stdout } = await run(process.execPath, [script, path.join(shared, which)])
    return JSON.parse(stdout)
  },
}))
