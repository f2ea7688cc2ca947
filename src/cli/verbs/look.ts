/** The verbs that only look: sessions, tasks, owners, runs, state. */
import type { Command, Hub, OwnershipView, RunTree, RunView, SessionView, TaskView } from '../../index.ts'
import { theRun, theSession, theTask } from '../named.ts'
import { ago, bold, columns, dim, green, oneLine, red, visible, yellow, type Look } from '../print.ts'
import { sent } from '../from-catalog.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { Given, Verb } from '../verb.ts'
import { pairs, value } from '../values.ts'

const one = (positionals: readonly string[], what: string): string => {
  const [id] = positionals
  if (id !== undefined) return id
  throw new UsageError(`which ${what}?`)
}

const coloured = (status: string, look: Look): string => {
  if (status === 'failed' || status === 'lost' || status === 'blocked') return red(status, look)
  if (status === 'completed' || status === 'open' || status === 'running') return green(status, look)
  return status === 'waiting' || status === 'closing' ? yellow(status, look) : dim(status, look)
}

export const sessionList: Verb = {
  name: 'session list',
  summary: 'All sessions',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' } }),
  examples: ['baton session list'],
  async run({ given, look, reader }) {
    const all = await (await reader()).sessions()
    const shown = given['all'] === true ? all : all.filter(({ status }) => status !== 'closed')
    return {
      json: shown,
      text: shown.length === 0 ? 'no session is open' : columns(shown.map((s) => sessionRow(s, look))),
    }
  },
}

const sessionRow = (s: SessionView, look: Look): string[] => [
  bold(s.id, look),
  coloured(s.status, look),
  s.label === undefined ? '' : oneLine(s.label, 40),
  s.waiting === 0 ? '' : `${s.waiting} waiting`,
  s.owns.length === 0 ? '' : `owns ${s.owns.join(', ')}`,
  dim(ago(s.openedAt, look), look),
]

export const sessionShow: Verb = {
  name: 'session show',
  summary: 'One session with what it holds',
  usage: '<session>',
  examples: ['baton session show coder'],
  async run({ positionals, look, reader }) {
    const id = one(positionals, 'session')
    const hub = await reader()
    const session = await theSession(hub, id)
    return { json: session, text: facts({ ...session }, look) }
  },
}

export const taskList: Verb = {
  name: 'task list',
  summary: 'All tasks',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' } }),
  examples: ['baton task list'],
  async run({ given, look, reader }) {
    const all = await (await reader()).tasks()
    const shown = given['all'] === true ? all : all.filter(({ status }) => status !== 'closed')
    return { json: shown, text: shown.length === 0 ? 'no task is open' : columns(shown.map((t) => taskRow(t, look))) }
  },
}

const taskRow = (t: TaskView, look: Look): string[] => [
  bold(t.id, look),
  coloured(t.status, look),
  t.owner === undefined ? dim('nobody', look) : t.owner,
  `epoch ${t.epoch}`,
  t.offer === undefined ? '' : yellow(`on offer to ${t.offer.to}`, look),
  oneLine(t.title),
]

export const taskShow: Verb = {
  name: 'task show',
  summary: 'One task with its participants',
  usage: '<task>',
  examples: ['baton task show t1'],
  async run({ positionals, look, reader }) {
    const id = one(positionals, 'task')
    const task = await theTask(await reader(), id)
    return { json: task, text: facts({ ...task }, look) }
  },
}

export const owners: Verb = {
  name: 'owners',
  summary: 'Who owns which task; of one task, who did before',
  usage: '[task]',
  examples: ['baton owners', 'baton owners t1'],
  async run({ positionals, look, reader }) {
    const [id] = positionals
    const hub = await reader()
    if (id === undefined) {
      const tasks = (await hub.tasks()).filter(({ status }) => status !== 'closed')
      const json = tasks.map(({ id: taskId, owner, epoch, status }) => ({
        taskId,
        owner: owner ?? null,
        epoch,
        status,
      }))
      return { json, text: tasks.length === 0 ? 'no task is open' : columns(tasks.map((t) => taskRow(t, look))) }
    }
    const ownership = (await hub.owner((await theTask(hub, id)).id)) as OwnershipView
    const rows = ownership.chain.map(({ epoch, from, to, mode, at, reason = '' }) => [
      `epoch ${epoch}`,
      `${from ?? 'nobody'} → ${bold(to ?? 'nobody', look)}`,
      mode,
      dim(ago(at, look), look),
      oneLine(reason),
    ])
    const head = `${bold(id, look)}  ${ownership.owner ?? 'nobody'}  epoch ${ownership.epoch}`
    return { json: ownership, text: [head, columns(rows)].join('\n').trimEnd() }
  },
}

export const runShow: Verb = {
  name: 'run show',
  summary: 'One run',
  usage: '<run>',
  examples: ['baton run show r1'],
  async run({ positionals, look, reader }) {
    const id = one(positionals, 'run')
    const run = await theRun(await reader(), id)
    return { json: run, text: facts({ ...run }, look) }
  },
}

export const runTree: Verb = {
  name: 'run tree',
  summary: 'A run with everything below it',
  usage: '<run>',
  examples: ['baton run tree r1'],
  async run({ positionals, look, reader }) {
    const id = one(positionals, 'run')
    const hub = await reader()
    const tree = (await hub.runs.tree((await theRun(hub, id)).id)) as RunTree
    return { json: tree, text: draw(tree, look).join('\n') }
  },
}

/** Root first, each child under its parent. */
function draw(tree: RunTree, look: Look): string[] {
  const lines = [runLine(tree, look)]
  for (const [i, child] of tree.children.entries()) {
    const last = i === tree.children.length - 1
    const [head = '', ...rest] = draw(child, look)
    lines.push(`${last ? '└─ ' : '├─ '}${head}`, ...rest.map((line) => `${last ? '   ' : '│  '}${line}`))
  }
  return lines
}

function runLine(run: Omit<RunView, 'children'>, look: Look): string {
  const { progress, model, modelUsed, worktree, runDir } = run
  const parts = [
    bold(run.id, look),
    coloured(run.status, look),
    dim(run.sessionId, look),
    run.label === undefined ? undefined : oneLine(run.label, 40),
    progress?.percent === undefined ? undefined : `${progress.percent} %`,
    progress?.step,
    model === undefined && modelUsed === undefined ? undefined : `${model ?? 'any'} → ${modelUsed ?? '?'}`,
    worktree === undefined
      ? undefined
      : visible(worktree.branch === undefined ? worktree.path : `${worktree.path} (${worktree.branch})`),
    runDir === undefined ? undefined : visible(runDir),
    run.leaseUntil === undefined || run.endedAt !== undefined ? undefined : `lease ends ${ago(run.leaseUntil, look)}`,
    run.merged.length === 0
      ? undefined
      : green(`merged into ${run.merged.map(({ scope, id }) => `${scope} ${id}`).join(', ')}`, look),
    run.reason,
  ]
  return parts.filter((part) => part !== undefined).join('  ')
}

export const state: Verb = {
  name: 'state',
  summary: 'Shared state as a session or a run reads it; with --set, written',
  usage: '<session|run> [key]',
  options: () => ({
    set: { type: 'string', multiple: true, value: 'key=value', about: 'write: JSON, or text' },
    remove: { type: 'string', multiple: true, value: 'key', about: 'take a key out' },
    expect: { type: 'string', multiple: true, value: 'key=version', about: 'refuse if it has changed since' },
    provenance: { type: 'boolean', about: 'who wrote it, when, and merged from where' },
  }),
  examples: [
    'baton state planner',
    'baton state r1 plan.step --provenance',
    'baton state planner --set phase=2 --as planner',
  ],
  async run(request) {
    const { positionals, given, look, reader, signal } = request
    const id = one(positionals, 'session or run')
    const { set, remove } = given
    if (Array.isArray(set) || Array.isArray(remove)) {
      return sent(await writing(await reader(), id, given), request)
    }
    const view = await (await reader()).state(id).get({ signal })
    const [, key] = positionals
    const wanted = Object.entries(view.entries).filter(
      ([name]) => key === undefined || name === key || name.startsWith(`${key}.`),
    )
    if (key !== undefined && wanted.length === 0) {
      throw new UsageError(
        `${view.scope} ${view.id} has no key ${key}`,
        `See them all: baton state ${id}`,
        EXIT.notFound,
      )
    }
    const json =
      given['provenance'] === true
        ? Object.fromEntries(wanted)
        : Object.fromEntries(wanted.map(([name, e]) => [name, e.value]))
    const rows = wanted.map(([name, { value: held, version, layer, provenance }]) => [
      bold(name, look),
      visible(JSON.stringify(held)),
      ...(given['provenance'] === true
        ? [
            dim(`v${version} ${layer}`, look),
            dim(
              provenance === undefined
                ? ''
                : `${provenance.by.id ?? provenance.by.kind} ${ago(provenance.at, look)}${provenance.mergedFrom === undefined ? '' : ` from run ${provenance.mergedFrom}`}`,
              look,
            ),
          ]
        : []),
    ])
    return {
      json: { scope: view.scope, id: view.id, keys: json },
      text: rows.length === 0 ? 'nothing is there' : columns(rows),
    }
  },
}

/** A run where no session is called so. */
async function writing(hub: Hub, id: string, { set, remove, expect }: Given): Promise<Command> {
  const isRun = (await hub.session(id)) === undefined && (await hub.runs.get(id)) !== undefined
  return {
    type: 'SetState',
    scope: isRun ? 'run' : 'session',
    id,
    ...(Array.isArray(set) && { set: pairs(set, value) }),
    ...(Array.isArray(remove) && { remove }),
    ...(Array.isArray(expect) && { expect: pairs(expect, Number) as Record<string, number> }),
  }
}

/** Whatever a document holds, a line each. */
function facts(document: Record<string, unknown>, look: Look): string {
  const rows = Object.entries(document)
    .filter(([, held]) => held !== undefined && !(Array.isArray(held) && held.length === 0))
    .map(([name, held]) => [dim(name, look), show(held)])
  return columns(rows)
}

function show(held: unknown): string {
  if (typeof held === 'string') return visible(held)
  if (Array.isArray(held) && held.every((item) => typeof item === 'string')) return visible(held.join(', '))
  return visible(JSON.stringify(held))
}
