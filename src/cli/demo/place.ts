/** Where the demo makes its hub: in a new temporary directory, or in one that is named. Never where a hub is. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { placeFor } from '../locate.ts'
import { quoted } from '../typed.ts'
import { EXIT, UsageError } from '../usage.ts'

export interface Place {
  /** The project, as it were: worktrees are recorded below it. */
  readonly project: string
  readonly hub: string
}

export function makePlace(given: string | undefined): Place {
  if (given === undefined) {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-demo-'))
    return { project, hub: take(placeFor(project)) }
  }
  const hub = placeFor(given)
  const project = path.dirname(hub)
  // A hub's directory may have any name.
  if (fs.existsSync(path.join(path.resolve(given), 'log', '00000001.jsonl'))) throw taken(path.resolve(given))
  fs.mkdirSync(project, { recursive: true })
  return { project, hub: take(hub) }
}

/** Made here and now: of two that want it one gets it. */
function take(hub: string): string {
  try {
    fs.mkdirSync(hub, { mode: 0o700 })
    return hub
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(hub)
    throw error
  }
}

const taken = (hub: string): UsageError =>
  new UsageError(
    `${hub} is there already, and the demo makes a hub of its own`,
    `baton demo makes it in a new temporary directory, baton demo --dir <new directory> where you say. To look at that one: baton log --dir ${quoted(hub)}`,
    EXIT.refused,
  )
