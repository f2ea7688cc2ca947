/**
 * An orchestrator that keeps nothing outside the hub. Its process is an ordinary async function, run from the top again
 * whenever something has come; each call in it has a key, made from where it stands. What was done under a key is
 * looked up, what was not is done now, and a call whose result is not there yet ends this turn. So it may be killed at
 * any instant and started again: it goes on where it was, and nothing happens twice.
 *
 *   npx tsx examples/orchestrator.ts [dir]     (after `npm run build`; with a dir, run it twice, or kill it on the way)
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Actor, type Command, type Hub, type MessageView, type Receipt } from 'agent-baton'

const RUN = 'release-1'
const BUILDERS = ['ann', 'bob', 'cyd']
const seat = (id: string): Actor => ({ kind: 'session', id })

// ---- the process: what is to be done, and in which order

async function release(ctx: Context): Promise<string> {
  const { parts } = await ctx.work<{ parts: string[] }>('plan', 'planner', 'what has to be built?')

  await ctx.send('team', { type: 'FormGroup', name: 'builders', members: BUILDERS })
  const jobs = parts.map((part, i) => ({ name: part, by: BUILDERS[i % BUILDERS.length] as string }))
  const verdict = await ctx.round('build', 'builders', jobs)
  if (verdict !== 'complete') return `given up: the round is ${verdict}`

  // What the builders wrote for themselves becomes the release's own; all of them counted lines.
  const strategies = { lines: 'sum' } as const
  for (const { name } of jobs) {
    await ctx.send(`merge/${name}`, { type: 'MergeChildResult', childRunId: runOf('build', name), strategies })
  }

  const answer = await ctx.ask('approval', 'session:lead', `shall ${parts.join(', ')} go out?`)
  await ctx.send('tell', { type: 'Broadcast', to: 'group:builders', body: `the lead says: ${answer}` })
  return answer === 'yes' ? 'released' : 'not released'
}

// ---- the engine: keys, and the lookups that stand for a memory

interface Context {
  /** Does it, or answers as it did the first time. */
  readonly send: (key: string, command: Command) => Promise<Receipt>
  /** A piece of work for a session: an effect, served by a child run there. */
  readonly work: <Result>(key: string, session: string, task: string) => Promise<Result>
  /** One effect for each job, all at once, until the round has fanned in. */
  readonly round: (key: string, group: string, jobs: readonly Job[]) => Promise<string>
  /** The answer to a message. */
  readonly ask: (key: string, to: string, body: string) => Promise<string>
}

interface Job {
  readonly name: string
  readonly by: string
}

/** Its result is not there yet: thrown through the process, which ends this turn. */
class Waiting extends Error {}

const wait = (key: string): never => {
  throw new Waiting(key)
}

/** What a command made is in the first of its events. */
const made = ({ events }: Receipt): { readonly messageId: string; readonly round: number } => events[0]?.data as never

/** Names are made from keys, so that every turn means the same run. */
const runOf = (...keys: string[]): string => [RUN, ...keys].join('.')

function contextFor(hub: Hub): Context {
  const me = hub.as({ ...seat('conductor'), run: RUN })
  const send = async (key: string, command: Command): Promise<Receipt> => {
    const receipt = await me.send(command, { key: `${RUN}:${key}` })
    if (!receipt.duplicate) console.log(`${key}: ${command.type}`)
    return receipt
  }

  // A run for the effect, in the worker's session: it begins with nothing, and works for itself. One that fails leaves its
  // effect open, and another, started under another key, may serve it.
  const start = (key: string, effectId: string, sessionId: string): Promise<Receipt> =>
    send(`${key}/start`, { type: 'StartRun', runId: runOf(effectId), sessionId, parentRunId: RUN, effectId })

  return {
    send,

    async work(key, session, body) {
      await start(key, key, session)
      await send(`${key}/tell`, { type: 'SendMessage', to: `effect:${RUN}/${key}`, body })
      const { outcome, result } = (await hub.runs.get(RUN))?.effects[key] ?? {}
      return outcome === 'ok' ? (result as never) : wait(key)
    },

    async round(key, group, jobs) {
      for (const { name, by } of jobs) await start(`${key}/${name}`, `${key}.${name}`, by)
      const items = jobs.map(({ name }) => ({
        itemId: name,
        effect: `${RUN}/${key}.${name}`,
        payload: `build ${name}`,
      }))
      const { round } = made(await send(`${key}/dispatch`, { type: 'DispatchRound', group, items }))
      return (await me.group(group, { round }))?.round?.verdict ?? wait(key)
    },

    async ask(key, to, body) {
      const { messageId } = made(await send(key, { type: 'SendMessage', to, body, replyWithinMs: 3_600_000 }))
      const { answeredBy } = (await hub.message(messageId)) ?? {}
      return answeredBy === undefined ? wait(key) : ((await hub.message(answeredBy))?.body ?? '')
    },
  }
}

/** One turn: the process from the top, as far as it gets. */
async function replay(hub: Hub): Promise<string | undefined> {
  try {
    return await release(contextFor(hub))
  } catch (error) {
    if (error instanceof Waiting) return undefined
    throw error
  }
}

async function conduct(hub: Hub): Promise<string> {
  const me = hub.as(seat('conductor'))
  await me.send({ type: 'StartRun', runId: RUN, begin: true }, { key: `${RUN}:start` })
  const news = me.inbox().subscribe()[Symbol.asyncIterator]()
  for (;;) {
    const result = await replay(hub)
    if (result !== undefined) {
      await me.send({ type: 'CompleteRun', runId: RUN, result }, { key: `${RUN}:end` })
      for (const { id } of await me.inbox().list()) await me.inbox().ack(id)
      return result
    }
    // Elsewhere these are processes of their own, and nothing stands here.
    await crew(hub)
    // A result, a fan-in, an answer: whatever comes may let the process go on.
    await (await news.next()).value?.ack()
  }
}

// ---- the workers: whoever is written to does what it says, and acknowledges it once that is done

const LINES: Record<string, number> = { parser: 120, printer: 80, docs: 40 }

async function crew(hub: Hub): Promise<void> {
  for (const id of ['planner', ...BUILDERS, 'lead']) {
    const inbox = hub.as(seat(id)).inbox()
    for (const message of await inbox.list()) {
      await attend(hub.as(seat(id)), message)
      await inbox.ack(message.id)
    }
  }
}

async function attend(hub: Hub, message: MessageView): Promise<void> {
  const { id, mailbox, replyBy, body } = message
  // Keys again: whoever is killed between doing and acknowledging does it once.
  const send = (what: string, command: Command): Promise<Receipt> => hub.send(command, { key: `${id}:${what}` })
  if (replyBy !== undefined) {
    await send('reply', { type: 'SendMessage', inReplyTo: id, body: 'yes' })
  } else if (mailbox.startsWith('run:')) {
    const runId = mailbox.slice('run:'.length)
    const part = runId.split('.').at(-1) as string
    await send('begin', { type: 'BeginRun', runId })
    if (part === 'plan') {
      await send('done', { type: 'CompleteRun', runId, result: { parts: Object.keys(LINES) } })
    } else {
      const set = { [`built.${part}`]: true, lines: LINES[part] }
      await send('write', { type: 'SetState', scope: 'run', id: runId, set })
      await send('done', { type: 'CompleteRun', runId, result: `${part} is built` })
    }
  }
  console.log(`${hub.actor.id} has taken care of: ${body}`)
}

// ---- the hub, and who is in it

const given = process.argv[2]
const dir = given ?? path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
const hub = await openHub({ dir, create: true })
console.log(`the hub is ${dir}`)
await hub.send({ type: 'OpenSession', sessionId: 'conductor', ensure: true })
for (const sessionId of ['planner', ...BUILDERS, 'lead']) {
  // Below the conductor: its runs have their children there.
  await hub.send({ type: 'OpenSession', sessionId, parentSessionId: 'conductor', ensure: true })
}
console.log(await conduct(hub))
await crew(hub)
console.log('the release:', JSON.stringify((await hub.state(RUN).get()).values))
await hub.close()

/* Prints
the hub is ...
plan/start: StartRun
plan/tell: SendMessage
planner has taken care of: what has to be built?
team: FormGroup
build/parser/start: StartRun
build/printer/start: StartRun
build/docs/start: StartRun
build/dispatch: DispatchRound
ann has taken care of: build parser
bob has taken care of: build printer
cyd has taken care of: build docs
merge/parser: MergeChildResult
merge/printer: MergeChildResult
merge/docs: MergeChildResult
approval: SendMessage
lead has taken care of: shall parser, printer, docs go out?
tell: Broadcast
released
ann has taken care of: the lead says: yes
bob has taken care of: the lead says: yes
cyd has taken care of: the lead says: yes
the release: {"built.docs":true,"built.parser":true,"built.printer":true,"lines":240}
*/
