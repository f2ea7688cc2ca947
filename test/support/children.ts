import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { afterEach } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  /** The answer to a message; rejects if the child ends first. */
  ask: <Answer>(message: object) => Promise<Answer>
  /** Resolves with the exit code, or null if a signal ended it. */
  readonly ended: Promise<number | null>
}

/** Starts workers that speak over IPC; whatever still runs after a test is killed. */
export function children(): (worker: string, args: readonly string[], env?: Record<string, string>) => Promise<Child> {
  const started: ChildProcess[] = []
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
  })
  return async (worker, args, env = {}) => {
    const child = fork(path.join(import.meta.dirname, worker), [...args], {
      env: { ...process.env, ...env },
      execArgv: [],
    })
    started.push(child)
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const answer = <Answer>(): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error(`${worker} ended`))
        child.once('exit', onExit)
        child.once('message', (message) => {
          child.off('exit', onExit)
          resolve(message as Answer)
        })
      })
    await answer()
    return {
      process: child,
      ended,
      ask(message) {
        const answered = answer()
        child.send(message)
        return answered as never
      },
    }
  }
}
