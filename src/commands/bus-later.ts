/**
 * The bus, loaded on its own: schemas and rules are most of this package, and whoever only reads needs none of them.
 */
import type { Bus, BusParts } from './bus.ts'

/** A bus that is there when the first command is; and the means to have it there at once. */
export function busLater(parts: BusParts): Bus & { readonly load: () => Promise<Bus> } {
  let bus: Bus | undefined
  let loading: Promise<Bus> | undefined

  const load = (): Promise<Bus> =>
    (loading ??= import('./bus.ts').then(({ createBus }) => {
      bus = createBus(parts)
      return bus
    }))

  // Not awaited once it is there: a command is taken as it is when it is sent.
  return {
    load,
    send: (...args) => bus?.send(...args) ?? load().then(({ send }) => send(...args)),
    dryRun: (...args) => bus?.dryRun(...args) ?? load().then(({ dryRun }) => dryRun(...args)),
  }
}
