import { evolvePlace, type HeldPlace } from '../domain/place.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** Which run holds each worktree and run directory, by its path. */
export const places: View<HeldPlace> = { name: 'places', version: 1, keys, evolve: evolvePlace }

function keys(event: BatonEvent): readonly string[] {
  return event.type === 'PlaceTaken' || event.type === 'PlaceReleased' ? [event.data.path] : []
}
