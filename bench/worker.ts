/** A worker process: plain node on an .mjs file, so that what is measured is never transpiled on the fly. */
import { fork } from 'node:child_process'
import path from 'node:path'

/** What a worker says of one run. */
export interface WorkerSample {
  readonly ops: number
  readonly ms: number
  readonly latencies?: readonly number[]
  readonly conflicts?: number
  readonly rss?: number
  /** Megabytes on the disk. */
  readonly size?: number
}

export interface Worker {
  ask(ask: 'run' | 'close' | 'check', request?: object): Promise<unknown>
  stop(): Promise<void>
}

interface Message {
  readonly reply?: unknown
  readonly error?: string
}

/** No step of any row comes near it: what takes longer hangs. */
const PATIENCE_MS = 600_000
const EXIT_MS = 10_000

export async function startWorker(file: string, options: object, execArgv: readonly string[]): Promise<Worker> {
  const child = fork(path.join(import.meta.dirname, file), [JSON.stringify(options)], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  function nextReply(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer)
        child.removeAllListeners('message')
        child.removeListener('exit', onExit)
        settle()
      }
      const onExit = (code: number | null): void => done(() => reject(new Error(`${file} ended with ${String(code)}`)))
      const timer = setTimeout(() => done(() => reject(new Error(`${file} hangs`))), PATIENCE_MS)
      child.once('exit', onExit)
      child.once('message', ({ reply, error }: Message) =>
        done(() => (error === undefined ? resolve(reply) : reject(new Error(`${file}: ${error}`)))),
      )
    })
  }

  async function stop(): Promise<void> {
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_MS)
    await exited
    clearTimeout(timer)
  }

  try {
    await nextReply()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ask(ask, request) {
      const reply = nextReply()
      child.send({ ask, request })
      return reply
    },
    stop,
  }
}
