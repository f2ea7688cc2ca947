import type { Hub, OwnershipView, TaskView } from '../../index.ts'
import { theTask } from '../named.ts'
import { AT } from '../moments.ts'
import { page, PAGE, table } from '../paging.ts'
import { ago, bold, columns, dim, oneLine, yellow, type Look } from '../print.ts'
import { coloured, facts } from '../show.ts'
import type { Given, Verb } from '../verb.ts'

export const taskList: Verb = {
  name: 'task list',
  summary: 'The open tasks, with their owners',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' }, ...PAGE, ...AT }),
  examples: ['baton task list', 'baton task list --all --reverse -n 20'],
  async run({ given, look, reader }) {
    const found = await tasksOf(await reader(), given)
    const { items: shown } = found
    const none = given['all'] === true ? 'no task is there' : 'no task is open'
    return {
      json: shown,
      text:
        shown.length === 0
          ? none
          : table(
              shown.map((t) => taskRow(t, look)),
              found,
              look,
            ),
    }
  },
}

const tasksOf = (hub: Hub, given: Given) =>
  page(given, (options) => hub.tasks({ ...options, onlyOpen: given['all'] !== true }))

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
  summary: 'One task, with its participants',
  usage: '<task>',
  options: () => AT,
  examples: ['baton task show t1', 'baton task show t1 --at 7'],
  async run({ positionals, look, reader }) {
    const [id = ''] = positionals
    const task = await theTask(await reader(), id)
    return { json: task, text: facts({ ...task }, look) }
  },
}

export const owners: Verb = {
  name: 'owners',
  summary: 'Who owns which task; of one task, who did before',
  usage: '[task]',
  options: () => ({ ...PAGE, ...AT }),
  examples: ['baton owners', 'baton owners t1', 'baton owners t1 --at 2h --json'],
  async run({ positionals, given, look, reader }) {
    const [id] = positionals
    const hub = await reader()
    if (id === undefined) {
      const found = await tasksOf(hub, given)
      const { items: tasks } = found
      const json = tasks.map(({ id: taskId, owner, epoch, status }) => ({
        taskId,
        owner: owner ?? null,
        epoch,
        status,
      }))
      return {
        json,
        text:
          tasks.length === 0
            ? 'no task is open'
            : table(
                tasks.map((t) => taskRow(t, look)),
                found,
                look,
              ),
      }
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
