/** Tasks and who owns them. */
import type { Task } from '../domain/task.ts'
import type { OwnershipChange } from '../projections/ownership.ts'
import { listed, pageOf, positionOf, type OpenListOptions } from './listing.ts'
import type { Freshness, Reading } from './reading.ts'

/** A task and who takes part in it. */
export interface TaskView extends Omit<Task, 'participants'> {
  /** Where it was opened. */
  readonly position: number
  readonly participants: readonly string[]
}

/** Who owns a task, and who did before. */
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
  return reading.ask(options, () => taskView(reading, id))
}

export async function tasks(reading: Reading, options: OpenListOptions = {}): Promise<TaskView[]> {
  const page = await pageOf(reading, options)
  return reading.ask(options, () =>
    [...listed(reading, 'task', page)].flatMap(({ id, position }) => taskView(reading, id, position) ?? []),
  )
}

function taskView(reading: Reading, id: string, position = positionOf(reading, 'task', id)): TaskView | undefined {
  const found = reading.states.task(id)
  if (found === undefined) return undefined
  const { participants, ...rest } = found
  return { ...structuredClone(rest), position, participants: Object.keys(participants) }
}

export async function ownership(
  reading: Reading,
  taskId: string,
  options: Freshness = {},
): Promise<OwnershipView | undefined> {
  return reading.ask(options, () => ownershipView(reading, taskId))
}

function ownershipView(reading: Reading, taskId: string): OwnershipView | undefined {
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
