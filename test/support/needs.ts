/** What some tests need of the machine beyond Node. Where it is missing they are left out, and it is said why. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { TestRunner } from 'vitest'

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

const runsAs = (id: number): boolean => spawnSync(process.execPath, ['-e', '0'], { uid: id, gid: id }).status === 0

const NEEDS = {
  compiler: { isThere: () => runs('g++', '--version'), what: 'g++, to build what makes system calls fail' },
  mounts: {
    isThere: () => runs('unshare', '-rm', 'sh', '-c', 'mount -t tmpfs none /mnt'),
    what: 'unshare, and a kernel that lets it mount in a namespace of its own',
  },
  terminal: { isThere: () => runs('script', '--version'), what: 'script, for a pseudo-terminal' },
  others: {
    // Nothing is closed to root.
    isThere: () => process.getuid?.() !== 0 || runsAs(65_534),
    what: 'a Node that others than root may run',
  },
  proc: { isThere: () => fs.existsSync('/proc/self/io'), what: '/proc, to count what a process reads' },
  jq: { isThere: () => runs('jq', '--version'), what: 'jq, to read the log with' },
} as const

type Need = keyof typeof NEEDS

const known = new Map<Need, boolean>()

/** For `test.skipIf`. Says once in each file what is left out, and for want of what. */
export function lacks(need: Need): boolean {
  const lacking = known.get(need) ?? !NEEDS[need].isThere()
  if (lacking && !known.has(need)) console.warn(`Left out in this file: what needs ${NEEDS[need].what}.`)
  known.set(need, lacking)
  return lacking
}

/** The same in the midst of a test, which ends here where it is missing. */
export function needs(need: Need): void {
  if (!lacks(need)) return
  const reason = `This needs ${NEEDS[need].what}.`
  TestRunner.getCurrentTest()?.context.skip(reason)
  throw new Error(reason)
}
