import { openHub, openMemoryLog, type Actor, type Hub, type Log } from '../../src/index.ts'

export const newHub = (log: Log = openMemoryLog(), options: object = {}): Promise<Hub> =>
  openHub({ log, create: true, durability: 'os', ...options })

export const session = (id: string, run?: string): Actor => ({ kind: 'session', id, ...(run !== undefined && { run }) })

/** A log whose nth append is preceded by `between(n)`: n counts from 1 once it is armed. */
export function disturbed(inner: Log, between: (n: number) => Promise<unknown>) {
  const state = { armed: false, n: 0 }
  const log: Log = {
    ...inner,
    async append(proposals) {
      if (state.armed) {
        const n = ++state.n
        await between(n)
      }
      await inner.append(proposals)
    },
  }
  return { log, state }
}

/** `ok`, or the code that it was refused with. */
export const code = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? 'no code',
  )
