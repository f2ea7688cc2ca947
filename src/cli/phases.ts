/** A bar for what goes through several phases: each has one of its own, in its own unit. */
import type { PhaseProgress } from '../index.ts'
import { openBar, type Bar, type BarOptions } from './progress.ts'

export type Phases = Readonly<Record<PhaseProgress['phase'], Pick<BarOptions, 'doing' | 'unit'>>>

export async function withPhases<T>(
  phases: Phases,
  options: Omit<BarOptions, 'doing' | 'unit'>,
  work: (update: (progress: PhaseProgress) => void) => Promise<T>,
): Promise<T> {
  let phase: PhaseProgress['phase'] | undefined
  let bar: Bar | undefined
  try {
    return await work((progress) => {
      if (progress.phase !== phase) {
        bar?.end()
        bar = openBar({ ...options, ...phases[progress.phase] })
        phase = progress.phase
      }
      bar?.update(progress)
    })
  } finally {
    bar?.end()
  }
}
