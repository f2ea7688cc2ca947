/** The child processes of the demo: started, watched, and gone when it is over, however it ends. */
import { spawn, type ChildProcess } from 'node:child_process'
import { PART_VARIABLE } from './cast.ts'

export interface Member {
  readonly name: string
  readonly pid: number
  /** How its process ended, as Node saw it. */
  end?: { readonly code: number | null; readonly signal: NodeJS.Signals | null }
}

export interface Troupe {
  readonly members: readonly Member[]
  /** Aborted when one ends as none should, with what it said. */
  readonly broken: AbortSignal
  /** SIGKILL, and nothing before it. Resolves when the process is gone. */
  readonly kill: (name: string) => Promise<Member>
  /** All have ended by themselves, but for whoever was killed. */
  readonly over: Promise<unknown>
  /** Ends whoever is still there: asked first, killed if that does not help. */
  readonly stop: () => Promise<void>
}

interface Player {
  readonly member: Member
  readonly child: ChildProcess
  readonly gone: Promise<void>
}

/** Of what a process says before it dies. */
const LAST_WORDS = 4_000
/** To close a hub takes no longer. */
const PATIENCE_MS = 2_000

export function startTroupe(names: readonly string[], dir: string, cwd: string): Troupe {
  const broken = new AbortController()
  const killed = new Set<string>()
  const players = names.map((name) => start(name, dir, cwd, ended))

  function ended({ name, pid, end }: Member, said: string): void {
    if (end?.code === 0 || killed.has(name)) return
    const how = end?.signal ? `was ended by ${end.signal}` : `ended with exit code ${end?.code}`
    broken.abort(new Error(`${name} (process ${pid}) ${how}${said === '' ? '' : `; it said:\n${said}`}`))
  }

  return {
    members: players.map(({ member }) => member),
    broken: broken.signal,
    async kill(name) {
      const { member, child, gone } = players.find((player) => player.member.name === name) as Player
      killed.add(name)
      child.kill('SIGKILL')
      await gone
      return member
    },
    over: Promise.all(players.map(({ gone }) => gone)),
    async stop() {
      const left = players.filter(({ member }) => member.end === undefined)
      for (const { member, child } of left) {
        killed.add(member.name)
        child.kill('SIGINT')
      }
      const late = setTimeout(() => {
        for (const { child } of left) child.kill('SIGKILL')
      }, PATIENCE_MS)
      await Promise.all(left.map(({ gone }) => gone))
      clearTimeout(late)
    },
  }
}

/** The same program again, with a part to play; whatever names another hub or actor is taken away. */
function start(name: string, dir: string, cwd: string, ended: (member: Member, said: string) => void): Player {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('BATON_')))
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1] as string, 'demo', '--dir', dir],
    // Its stdin is never written to: it ends with this process.
    { cwd, env: { ...inherited, [PART_VARIABLE]: name }, stdio: ['pipe', 'ignore', 'pipe'] },
  )
  const member: Member = { name, pid: child.pid ?? -1 }
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-LAST_WORDS)))
  child.stdin?.on('error', () => undefined)
  const gone = new Promise<void>((resolve) => {
    const over = (code: number | null, signal: NodeJS.Signals | null): void => {
      member.end ??= { code, signal }
      ended(member, said.trimEnd())
      resolve()
    }
    child.once('close', over)
    child.once('error', (error) => {
      said = error.message
      over(null, null)
    })
  })
  return { member, child, gone }
}
