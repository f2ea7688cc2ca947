/** The command bus over what is folded. */
import { busLater } from './commands/bus-later.ts'
import type { BusParts } from './commands/bus.ts'
import { timestamp } from './ids.ts'
import type { Folding } from './projections/folding.ts'
import { preview } from './projections/preview.ts'

type Rest = Pick<BusParts, 'log' | 'propose' | 'limits' | 'patience' | 'clock' | 'newId'>

export function busOver({ fold, replica, states, look }: Folding, rest: Rest): ReturnType<typeof busLater> {
  const { index, keyUse, unknown } = replica
  return busLater({
    ...rest,
    fold,
    look,
    index,
    states,
    keyUse,
    unknown,
    preview: (by, now) => preview(replica, fold.head, timestamp(now), by),
  })
}
