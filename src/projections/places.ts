import { evolvePlace, type HeldPlace } from '../domain/place.ts'
import type { View } from './view.ts'

/** Which run holds each worktree and run directory, by its path. */
export const places: View<HeldPlace> = {
  name: 'places',
  version: 1,
  keys: { PlaceTaken: ({ data }) => [data.path], PlaceReleased: ({ data }) => [data.path] },
  evolve: evolvePlace,
}
