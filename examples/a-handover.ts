/**
 * Three agents, each a process of its own, on a fresh hub: a planner opens a task and hands it over, a coder works in a
 * child run and merges what it found, a reviewer gets it in the end. The operator looks on.
 */
import { fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Hub, type MessageView } from 'agent-baton'

const [, , role, hubDir] = process.argv

const inbox = async (hub: Hub): Promise<MessageView> => {
  for await (const message of hub.inbox().subscribe()) {
    await message.ack()
    return message
  }
  throw new Error('nothing came')
}

const AGENTS: Record<string, (hub: Hub) => Promise<void>> = {
  async planner(hub) {
    await hub.send({
      type: 'OpenTask',
      taskId: 'parser',
      title: 'write the parser',
      owner: 'planner',
      participants: ['coder', 'reviewer'],
    })
    await hub.send({ type: 'Broadcast', to: 'task:parser', body: 'we start with the tokens' })
    await hub.send({ type: 'Handoff', taskId: 'parser', to: 'coder', context: 'the grammar is in docs/grammar.md' })
  },

  async coder(hub) {
    while ((await inbox(hub)).kind !== 'handoff');
    await hub.send({ type: 'SetTaskStatus', taskId: 'parser', status: 'in_progress' })
    await hub.send({ type: 'StartRun', runId: 'work', begin: true })
    await hub.send({ type: 'SetState', scope: 'run', id: 'work', set: { tokens: 12, notes: ['numbers done'] } })
    // A child run begins with what its parent knows, and works for itself.
    await hub.send({
      type: 'StartRun',
      runId: 'strings',
      parentRunId: 'work',
      isolation: { worktree: { path: '../wt-strings' } },
    })
    await hub.send({ type: 'SeedChildState', childRunId: 'strings' })
    await hub.send({ type: 'BeginRun', runId: 'strings' })
    await hub.send({
      type: 'SetState',
      scope: 'run',
      id: 'strings',
      set: { tokens: 15, notes: ['numbers done', 'strings done'] },
    })
    await hub.send({ type: 'SetState', scope: 'run', id: 'work', set: { notes: ['numbers done', 'errors done'] } })
    await hub.send({ type: 'CompleteRun', runId: 'strings', result: { tests: 31 } })
    await hub.send({ type: 'MergeChildResult', childRunId: 'strings', strategies: { notes: 'append' } })
    await hub.send({ type: 'Handoff', taskId: 'parser', to: 'reviewer', context: '31 tests are green' })
  },

  async reviewer(hub) {
    while ((await inbox(hub)).kind !== 'handoff');
    await hub.send({ type: 'SendMessage', to: 'operator', task: 'parser', body: 'looks good to me' })
    await hub.send({ type: 'CloseTask', taskId: 'parser', outcome: 'done' })
  },
}

async function agent(name: string, dir: string): Promise<void> {
  const hub = await openHub({ dir, actor: { kind: 'session', id: name } })
  await AGENTS[name]?.(hub)
  await hub.close()
}

async function operator(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  const hub = await openHub({ dir, create: true })
  for (const sessionId of Object.keys(AGENTS)) await hub.send({ type: 'OpenSession', sessionId })

  const started = Object.keys(AGENTS).map((name) => {
    const child = fork(import.meta.filename, [name, dir])
    return new Promise<number | null>((resolve) => child.once('exit', resolve))
  })
  const codes = await Promise.all(started)
  if (codes.some((code) => code !== 0)) throw new Error(`an agent failed: ${codes.join(', ')}`)

  const { events } = await hub.history({ task: 'parser' })
  for (const { position, by, type } of events)
    console.log(`#${position}  ${(by.id ?? by.kind).padEnd(8)}  ${by.pid}  ${type}`)
  const { chain = [], epoch } = (await hub.owner('parser')) ?? {}
  console.log(`\nowners: ${chain.map(({ to }) => to).join(' → ')}, epoch ${epoch}`)
  console.log('state of the run:', JSON.stringify((await hub.state('work').get()).values))
  console.log('for the operator:', (await hub.inbox('operator').list()).map(({ body }) => body).join('; '))
  const { commits, findings } = await hub.verify()
  console.log(
    `${commits} commits by ${new Set(events.map(({ by }) => by.pid)).size} processes, findings: ${findings.length}`,
  )
  await hub.close()
  console.log(
    `\nThe hub is still there. Look at it:\n  npx baton owners parser --dir ${dir}\n  npx baton replay --task parser --dir ${dir}`,
  )
}

await (role === undefined || hubDir === undefined ? operator() : agent(role, hubDir))
