/** Effects: pieces of a run's work, under ids that whoever orchestrates it has given them. */
import type { RegisterEffect } from '../../commands/register-effect.ts'
import type { SettleEffect } from '../../commands/settle-effect.ts'
import { commanded } from '../acting.ts'
import { assertPayload } from '../deliver.ts'
import { of } from '../dict.ts'
import { effectSettled, unknownEffect } from '../find.ts'
import { refuse } from '../refuse.ts'
import { runStream } from '../run.ts'
import type { Decide } from '../world.ts'
import { itemsOfEffect, settling } from './settle-items.ts'

export const decideRegisterEffect: Decide<RegisterEffect> = ({ runId, effectId, kind, label }, world, context) => {
  const { run } = commanded(runId, world, context)
  if (of(run.effects, effectId) !== undefined) {
    return refuse('INVALID_TRANSITION', `run ${runId} has an effect ${effectId} already`, {
      details: { runId, effectId, outcome: of(run.effects, effectId)?.outcome },
    })
  }
  return [{ stream: runStream(runId), type: 'EffectRegistered', data: { runId, effectId, kind, label } }]
}

export const decideSettleEffect: Decide<SettleEffect> = ({ runId, effectId, outcome, result }, world, context) => {
  const { run, by } = commanded(runId, world, context)
  const effect = of(run.effects, effectId) ?? unknownEffect(run, effectId)
  if (effect.outcome !== undefined) return effectSettled(runId, effectId, effect.outcome)
  assertPayload('', result, context)
  const settlement = { outcome: outcome === 'ok' ? 'ok' : 'failed', result, held: true } as const
  return [
    { stream: runStream(runId), type: 'EffectSettled', data: { runId, effectId, outcome, result } },
    ...itemsOfEffect(run, effectId, settlement, by.mailbox, settling(world, context)),
  ]
}
