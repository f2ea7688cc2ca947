/** What every worker shares: the talk with the harness, the loop that is timed, and the events. */
import { setImmediate, setTimeout } from 'node:timers/promises'

const tell = (message) => process.send(message)
const guarded = (work) => work().catch((error) => tell({ error: String(error?.stack ?? error) }))

/**
 * `open(options)` gives `{ run(request), close(), check() }`. `run` does its work and returns a sample; `check` is asked
 * of one worker, last, and returns how many events the store holds (it throws where the store is not sound).
 */
export function serve(open) {
  const options = JSON.parse(process.argv[2])
  void guarded(async () => {
    const side = await open(options)
    process.on('message', ({ ask, request }) => void guarded(async () => tell({ reply: await side[ask]?.(request) })))
    tell({ reply: 'ready' })
  })
}

/** What a caller does between two appends: at least, any program returns to its event loop now and then. */
const BETWEEN = {
  nothing: undefined,
  turn: () => setImmediate(),
  pause: () => setTimeout(1),
}

/** Calls `one(caller)` over and over from each caller until the time is over. */
export async function drive({ ms, callers = 1, timed = false, between = 'nothing' }, one) {
  const latencies = []
  const rest = BETWEEN[between]
  let ops = 0
  const start = performance.now()
  const end = start + ms
  async function caller(number) {
    for (let before = start; before < end;) {
      const pending = one(number)
      if (pending !== undefined) await pending
      ops++
      if (timed) latencies.push(performance.now() - before)
      if (rest !== undefined) await rest()
      before = performance.now()
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)))
  return { ops, ms: performance.now() - start, latencies }
}

const BODY =
  'The parser accepts the new header, the old one is refused with a message that says what to change; tests of both are in. '

/** Events as an agent would send them: about 490 bytes of JSON each, as the log writes them. */
export const events = Array.from({ length: 1024 }, (_, i) => ({
  s: 'mail-builder',
  t: 'MessageSent',
  v: 1,
  d: {
    message: `01J${String(i).padStart(23, '0')}`,
    from: { kind: 'session', id: 'planner', run: `r${i % 7}` },
    to: { kind: 'session', id: 'builder' },
    task: `t-${i % 50}`,
    kind: 'note',
    subject: `Step ${i} of the import is done`,
    body: BODY + BODY.slice(0, 60 + (i % 40)),
    refs: ['src/import/header.ts', 'test/import/header.test.ts'],
  },
}))

let next = 0
/** The next event, on a stream. */
export function eventOn(stream) {
  const { t, v, d } = events[next++ % events.length]
  return { s: stream, t, v, d }
}
