/** An example as a process that can be killed, and all that it has left in its hub, without what no two runs share. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { build } from 'esbuild'
import { afterEach } from 'vitest'
import type { Hub } from '../../src/hub.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** One file that node runs as it is: an example is started hundreds of times, and transpiling takes longer than it. */
export async function bundled(example: string, outdir: string): Promise<string> {
  const outfile = path.join(outdir, `${path.basename(example, '.ts')}.mjs`)
  await build({
    entryPoints: [path.join(ROOT, 'examples', example)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    alias: { 'agent-baton': path.join(ROOT, 'dist/index.js') },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return outfile
}

export interface Life {
  readonly process: ChildProcess
  /** Resolves with the exit code, null where a signal ended it, once all that it said has come. */
  readonly ended: Promise<number | null>
  readonly said: () => string
}

/** Starts the file, again and again; whatever still runs after a test is killed. */
export function lives(): (file: string, args: readonly string[]) => Life {
  const started: ChildProcess[] = []
  afterEach(() => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  })
  return (file, args) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    started.push(child)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
    return { process: child, ended, said: () => said }
  }
}

/** What was delivered to a mailbox, as its reader sees it. */
interface Letter {
  readonly from: string
  readonly kind: string
  readonly subject?: string
  readonly body: string
  readonly data?: unknown
}

export interface Story {
  /** All that happened, in order, but for acknowledgements: when somebody gets to them is not part of it. */
  readonly events: readonly string[]
  readonly mail: Readonly<Record<string, readonly Letter[]>>
  /** How often each effect was settled. */
  readonly settled: Readonly<Record<string, number>>
  /** The run with all below it, its group and its state; and how much of the mail is left. */
  readonly ends: unknown
}

/** Ids and times differ from run to run: an id is the place where it first appears. */
export async function storyOf(hub: Hub, runId: string, group: string): Promise<Story> {
  const names = new Map<string, string>()
  const nameOf = (id: string): string => {
    if (!names.has(id)) names.set(id, `#${names.size}`)
    return names.get(id) as string
  }
  const plain = (value: unknown): string =>
    JSON.stringify(value)
      .replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, nameOf)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')

  const events: string[] = []
  const sent = new Map<string, Letter>()
  const mail: Record<string, Letter[]> = {}
  const settled: Record<string, number> = {}
  let waiting = 0
  for await (const { type, stream, data } of hub.log()) {
    const { messageId = '', mailbox = '', runId: of, effectId } = data as Record<string, string>
    if (type === 'MessageAcknowledged') {
      waiting--
      continue
    }
    events.push(`${type} ${stream} ${plain(data)}`)
    if (type === 'MessageSent') sent.set(messageId, letterOf(data as Letter))
    if (type === 'EffectSettled') settled[`${of}/${effectId}`] = (settled[`${of}/${effectId}`] ?? 0) + 1
    if (type !== 'MessageDelivered') continue
    waiting++
    ;(mail[mailbox] ??= []).push(sent.get(messageId) as Letter)
  }
  const { values } = await hub.state(runId).get()
  const ends = plain({ runs: await hub.runs.tree(runId), group: await hub.group(group), values })
    // Positions count acknowledgements too.
    .replaceAll(/"position":\d+/g, '"position":0')
  return { events, mail, settled, ends: { ...(JSON.parse(ends) as object), waiting } }
}

const letterOf = ({ from, kind, subject, body, data }: Letter): Letter => ({
  from,
  kind,
  ...(subject !== undefined && { subject }),
  body,
  ...(data !== undefined && { data }),
})
