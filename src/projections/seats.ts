import { evolveSeat, seatsOf, type Seat } from '../domain/seat.ts'
import type { View } from './view.ts'

/** What each session holds, by its id. */
export const seats: View<Seat> = { name: 'seats', version: 1, keys: seatsOf, evolve: evolveSeat }
