/** Reads what the checks look at, and writes nothing. */
import fs from 'node:fs'
import path from 'node:path'
import {
  isBatonError,
  readSuspect,
  systemClock,
  unsafeFileSystem,
  type BatonError,
  type GroupView,
  type Hub,
  type Report,
  type RunView,
  type SessionView,
  type TaskView,
} from '../../exports.ts'
import { lookAt, readLog } from '../looking.ts'
import { typedFor } from '../typed.ts'
import type { Given } from '../verb.ts'
import type { Facts, FileFact, HubFacts } from './facts.ts'

export const logDirectory = (dir: string): string => path.join(dir, 'log')

export async function readFacts(dir: string, given: Given, signal: AbortSignal): Promise<Facts> {
  const log = await orWhy(() => readLog(dir, given, signal))
  // There is nothing to examine.
  if (isBatonError(log, 'HUB_NOT_FOUND')) throw log
  const hub = isBatonError(log) ? log : await lookAt(dir, (open) => readHub(open, signal))
  const closed = isBatonError(hub) ? hub : undefined
  return {
    now: systemClock(),
    dir,
    files: filesOf(dir),
    me: process.geteuid?.(),
    unsafeFileSystem: unsafeFileSystem(dir),
    git: gitOf(dir),
    suspect: readSuspect(logDirectory(dir)),
    log: isBatonError(log) ? undefined : log,
    hub: isBatonError(hub) ? undefined : hub,
    closed,
    baton: typedFor(given),
  }
}

async function orWhy(read: () => Promise<Report>): Promise<Report | BatonError> {
  try {
    return await read()
  } catch (error) {
    if (isBatonError(error)) return error
    throw error
  }
}

// ---- the directory

/** The hub's directory and what lies in it, but not each table: they are made and removed all the time. */
function filesOf(dir: string): FileFact[] {
  const log = logDirectory(dir)
  const inside = [dir, path.join(dir, '.gitignore'), log, ...listed(log), path.join(dir, 'views')]
  return inside.flatMap((file) => {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat === undefined || stat.isSymbolicLink()) return []
    return { path: file, isDirectory: stat.isDirectory(), mode: stat.mode & 0o777, uid: stat.uid }
  })
}

function listed(dir: string): string[] {
  try {
    return fs.readdirSync(dir).map((name) => path.join(dir, name))
  } catch {
    return []
  }
}

/** By what lies there: git itself is not asked. */
function gitOf(dir: string): Facts['git'] {
  const root = workTreeOf(path.dirname(dir))
  if (root === undefined) return undefined
  const own = linesOf(path.join(dir, '.gitignore')).includes('*')
  const parts = path.relative(root, dir).split(path.sep)
  const above = parts.some((_, depth) => {
    const name = parts.slice(depth).join('/')
    const lines = linesOf(path.join(root, ...parts.slice(0, depth), '.gitignore'))
    return [name, `${name}/`, `/${name}`, `/${name}/`].some((line) => lines.includes(line))
  })
  return { root, isIgnored: own || above }
}

function workTreeOf(from: string): string | undefined {
  for (let at = from; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at
    if (path.dirname(at) === at) return undefined
  }
}

function linesOf(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}

// ---- the hub

/** Mailboxes of sessions for which less waits are looked at no further. */
const WORTH_COUNTING = 500
const PAGE = 1_000

async function readHub(hub: Hub, signal: AbortSignal): Promise<HubFacts> {
  const open = { onlyOpen: true, signal }
  const groups = await hub.groups(open)
  const tasks = await hub.tasks(open)
  const sessions = await withOwners(hub, await hub.sessions(open), tasks)
  const rest = {
    tasks,
    timers: await hub.timers({ signal }),
    deadLetters: await hub.deadLetters({ signal }),
    runs: await runsOf(hub, groups),
    mailboxes: await mailboxesOf(hub, sessions, signal),
  }
  const { position, at } = hub.head
  // Last: by now the tables have been looked into.
  const views = await hub.projections.status()
  const damage = hub.damage === undefined ? {} : { damage: hub.damage }
  return { position, at, ...damage, views, sessions, groups, ...rest }
}

/** Owners that have been closed are looked at beside those that are open. */
async function withOwners(hub: Hub, sessions: SessionView[], tasks: readonly TaskView[]): Promise<SessionView[]> {
  const known = new Set(sessions.map(({ id }) => id))
  const others = new Set(tasks.flatMap(({ owner }) => (owner === undefined || known.has(owner) ? [] : [owner])))
  for (const id of others) {
    const owner = await hub.session(id)
    if (owner !== undefined) sessions.push(owner)
  }
  return sessions
}

async function runsOf(hub: Hub, groups: readonly GroupView[]): Promise<Map<string, RunView>> {
  const runs = new Map<string, RunView>()
  for (const { round } of groups) {
    if (round?.status !== 'open') continue
    for (const { runId } of round.items) {
      const run = runId === undefined ? undefined : await hub.runs.get(runId)
      if (run !== undefined) runs.set(run.id, run)
    }
  }
  return runs
}

/** A session's inbox shows its runs' mail too; each has room of its own. */
async function mailboxesOf(
  hub: Hub,
  sessions: readonly SessionView[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { id, waiting } of sessions) {
    if (waiting < WORTH_COUNTING) continue
    for (let after = 0; ;) {
      const page = await hub.inbox(id).list({ after, limit: PAGE, signal })
      for (const { mailbox } of page) counts.set(mailbox, (counts.get(mailbox) ?? 0) + 1)
      if (page.length < PAGE) break
      after = page.at(-1)?.position ?? after
    }
  }
  return counts
}
