/** Runs Node with nothing to do and a verb of the command line, in turn: a latency is what the verb took beyond Node. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { serve } from './serve.mjs'

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

// A certificate store to read, or options to obey, would be part of what Node itself takes.
const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...inherited } = process.env

serve(async ({ shared, in: name = '', hub = path.join(shared, name), verb }) => {
  const env = { ...inherited, BATON_DIR: hub }

  const took = (args) =>
    new Promise((resolve, reject) => {
      const start = performance.now()
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      child.stdout.resume()
      child.once('error', reject)
      child.once('close', (code) =>
        code === 0 ? resolve(performance.now() - start) : reject(new Error(`${args.join(' ')} ended with ${code}`)),
      )
    })
  const pair = async () => {
    const bare = await took(['-e', '0'])
    return (await took([MAIN, ...verb])) - bare
  }

  // The first runs leave behind what V8 compiled.
  for (let i = 0; i < 5; i++) await pair()
  return {
    async run({ ms }) {
      const start = performance.now()
      const latencies = []
      while (performance.now() - start < ms) latencies.push(await pair())
      return { ops: latencies.length, ms: performance.now() - start, latencies }
    },
  }
})
