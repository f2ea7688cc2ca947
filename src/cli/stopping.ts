/**
 * Ctrl-C, a kill that asks, a terminal that was closed. A verb that has something to tidy up asks for the signal, and is
 * told. All others end at once, wherever they are: the hub bears that at any instruction, and one that waits for the
 * rest of stdin could not be told.
 */

/** What a shell says of a process that ended by them: 128 and the signal's number. */
const EXITS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface Stopping {
  /** Aborted by the first of them that comes from now on; the second ends the process at once. */
  readonly signal: AbortSignal
  /** The exit code, once one came. */
  readonly exit: number | undefined
}

export function listenForStop(): Stopping {
  const stop = new AbortController()
  let exit: number | undefined
  const names = Object.keys(EXITS) as (keyof typeof EXITS)[]
  const told = (name: keyof typeof EXITS): void => {
    for (const each of names) process.off(each, told)
    exit = EXITS[name]
    stop.abort()
  }
  for (const name of names) process.on(name, told)
  return {
    signal: stop.signal,
    get exit() {
      return exit
    },
  }
}
