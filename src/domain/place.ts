/** A worktree or run directory that one live run holds, on `place-<hash of its absolute path>`. */
import { hash } from './hash.ts'
import type { BatonEvent } from '../events/catalog.ts'

/** A path may be longer than a stream's name, and hold what that may not. */
export const placeStream = (path: string): string => `place-${hash(path)}`

export interface HeldPlace {
  readonly path: string
  readonly runId: string
}

export function evolvePlace(place: HeldPlace | undefined, event: BatonEvent): HeldPlace | undefined {
  if (event.type === 'PlaceTaken') return { path: event.data.path, runId: event.data.runId }
  return event.type === 'PlaceReleased' ? undefined : place
}
