import type { OwnershipView, TaskView } from '../../index.ts'
import { theTask } from '../named.ts'
import { AT } from '../moments.ts'
import { ago, bold, columns, dim, oneLine, yellow, type Look } from '../print.ts'
import { coloured, facts, one } from '../show.ts'
import type { Verb } from '../verb.ts'

export const taskList: Verb = {
  name: 'task list',
  summary: 'All tasks',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' }, ...AT }),
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
  options: () => AT,
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
  options: () => AT,
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
