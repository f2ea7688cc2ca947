/** Tasks and who owns them. */
import type { Task } from '../domain/task.ts'
import type { OwnershipChange } from '../projections/ownership.ts'
import type { Freshness, Reading } from './reading.ts'

export interface TaskView extends Omit<Task, 'participants'> {
  readonly participants: readonly string[]
}

export interface OwnershipView {
  readonly taskId: string
  readonly title: string
  readonly status: Task['status']
  readonly owner?: string
  readonly epoch: number
  readonly offer?: Task['offer']
  /** Every change of owner, oldest first. */
  readonly chain: readonly OwnershipChange[]
}

export async function task(reading: Reading, id: string, options: Freshness = {}): Promise<TaskView | undefined> {
  await reading.reach(options)
  return taskView(reading.states.task(id))
}

export async function tasks(reading: Reading, options: Freshness = {}): Promise<TaskView[]> {
  await reading.reach(options)
  return reading.states.ids('task').flatMap((id) => taskView(reading.states.task(id)) ?? [])
}

function taskView(found: Task | undefined): TaskView | undefined {
  if (found === undefined) return undefined
  const { participants, ...rest } = found
  return { ...structuredClone(rest), participants: Object.keys(participants) }
}

export async function ownership(
  reading: Reading,
  taskId: string,
  options: Freshness = {},
): Promise<OwnershipView | undefined> {
  await reading.reach(options)
  const found = reading.states.task(taskId)
  if (found === undefined) return undefined
  const { title, status, owner, epoch, offer } = found
  return structuredClone({
    taskId,
    title,
    status,
    ...(owner !== undefined && { owner }),
    epoch,
    ...(offer !== undefined && { offer }),
    chain: reading.get('ownership', taskId) ?? [],
  })
}
