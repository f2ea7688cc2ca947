/** A hub in memory, with a clock that stands still and ids that can be foretold. */
import { openHub, openMemoryLog, type Hub, type HubOptions, type Log } from '../index.ts'

/** How the hub begins. */
export interface TestHubOptions extends Pick<HubOptions, 'actor' | 'limits' | 'patience'> {
  /** Where the clock stands: milliseconds since 1970. */
  readonly now?: number
  readonly log?: Log
}

/** 2026-01-01T00:00:00.000Z */
export const NEW_YEAR = 1_767_225_600_000

/** `clock.now` can be moved. */
export async function testHub(
  options: TestHubOptions = {},
): Promise<{ readonly hub: Hub; readonly clock: { now: number } }> {
  const clock = { now: options.now ?? NEW_YEAR }
  let ids = 0
  const { now: _, log = openMemoryLog(), ...rest } = options
  const hub = await openHub({
    ...rest,
    log,
    create: true,
    durability: 'os',
    sweepEvery: false,
    clock: () => clock.now,
    newId: () => `id-${++ids}`,
  })
  return { hub, clock }
}
