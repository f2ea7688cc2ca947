/** The limit: a loop that appends a line and syncs it, with nothing to decide and nothing to read back. */
import fs from 'node:fs'
import path from 'node:path'
import { drive, eventOn, serve } from './serve.mjs'

serve(async ({ dir, stream, blocking, timed, between }) => {
  const file = path.join(dir, 'bare.jsonl')
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_CREAT, 0o600)
  const line = () => Buffer.from(`${JSON.stringify(eventOn(stream))}\n`)

  function appendBlocking() {
    const bytes = line()
    if (fs.writeSync(fd, bytes) !== bytes.length) throw new Error('short write')
    fs.fdatasyncSync(fd)
  }

  const append = () =>
    new Promise((resolve, reject) => {
      const bytes = line()
      fs.write(fd, bytes, 0, bytes.length, null, (failed, written) => {
        if (failed || written !== bytes.length) return reject(failed ?? new Error('short write'))
        fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))
      })
    })

  return {
    run: ({ ms }) => drive({ ms, timed, between }, blocking ? appendBlocking : append),
    close: async () => fs.closeSync(fd),
    check: async () => fs.readFileSync(file, 'utf8').trimEnd().split('\n').length,
  }
})
