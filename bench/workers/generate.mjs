/** Writes a log of so many commits, as 512 callers at a time would have: right marks, right versions, right chain. */
import fs from 'node:fs'
import path from 'node:path'
import {
  chainHex,
  decode,
  encodeCommit,
  encodeGenesis,
  genesisChain,
  nextChain,
  ulidFactory,
} from '../../dist/index.js'
import { eventOn, serve } from './serve.mjs'

const BATCH = 512
/** More than fit into a batch: no commit relies on a stream that its own batch raises. */
const STREAMS = 4096

function generate({ dir, commits }) {
  const newId = ulidFactory()
  const start = Date.parse('2026-01-01T00:00:00.000Z')
  fs.mkdirSync(path.join(dir, 'log'), { recursive: true, mode: 0o700 })
  const fd = fs.openSync(path.join(dir, 'log', '00000001.jsonl'), 'wx', 0o600)
  const newline = Buffer.from('\n')

  const genesis = encodeGenesis({ hub: newId(), at: new Date(start).toISOString() })
  let chain = genesisChain(decode(genesis).genesis.crc)
  let safe = [0, chainHex(chain)]
  let parts = [newline, genesis, newline]
  for (let n = 0; n < commits;) {
    const seen = [n, chainHex(chain)]
    const at = new Date(start + n).toISOString()
    for (let i = 0; i < BATCH && n < commits; i++, n++) {
      const stream = `mail-${n % STREAMS}`
      const by = { kind: 'session', id: `planner-${n % 8}`, run: 'bench', pid: 4000 + (n % 8) }
      const on = { [stream]: Math.floor(n / STREAMS) }
      const draft = { by, cmd: 'SendMessage', on, events: [eventOn(stream)] }
      const { line, commit } = encodeCommit(draft, { id: newId(), at, seen, safe })
      chain = nextChain(chain, commit.crc)
      parts.push(line, newline)
    }
    safe = seen
    const bytes = Buffer.concat(parts)
    if (fs.writeSync(fd, bytes) !== bytes.length) throw new Error('short write')
    parts = [newline]
  }
  fs.fsyncSync(fd)
  fs.closeSync(fd)
}

serve(async (options) => {
  generate(options)
  return {}
})
