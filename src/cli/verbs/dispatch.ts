/** What a round is made of, as words: `a=run:r1 b=coder --payload a=... --quorum 2 --deadline 10m`. */
import { document, duration, instant, isInstant, pairs, value } from '../values.ts'
import { UsageError } from '../usage.ts'
import type { Request } from '../verb.ts'

/** `a=run:r1`, `b=coder`, `c=effect:r1/e1`, or `d` alone, which the coordinator settles. */
export function items({ positionals, given }: Request): unknown[] {
  const words = positionals.slice(1)
  if (words.length === 0) {
    const listed = given['items']
    if (typeof listed === 'string') return document(listed) as unknown[]
    throw new UsageError(
      'there is nothing to dispatch',
      'Name items, as a=run:r1 b=session:coder, or --items @items.json',
    )
  }
  const payloads = pairs((given['payload'] as string[] | undefined) ?? [], value)
  const named = words.map((word) => word.split(/=(.*)/s)[0])
  const stray = Object.keys(payloads).find((itemId) => !named.includes(itemId))
  if (stray !== undefined) throw new UsageError(`there is no item ${stray} to give a payload to`)
  return words.map((word) => {
    const [itemId = '', to = ''] = word.split(/=(.*)/s)
    const payload = Object.hasOwn(payloads, itemId) ? { payload: payloads[itemId] } : {}
    const [scheme = '', rest = ''] = to.split(/:(.*)/s)
    if (to === '') return { itemId, ...payload }
    if (!to.includes(':')) return { itemId, session: to, ...payload }
    if (!['run', 'session', 'effect'].includes(scheme)) {
      throw new UsageError(`${word} is no item`, 'For example a=run:r1, b=session:coder, c=effect:r1/e1, or d alone.')
    }
    return { itemId, [scheme]: rest, ...payload }
  })
}

export function fanIn({ given }: Request): { fanIn?: object } {
  const { mode, quorum, deadline } = given
  if (mode === undefined && quorum === undefined && deadline === undefined) return {}
  return {
    fanIn: {
      mode: mode ?? (quorum === undefined ? 'all' : 'quorum'),
      ...(quorum !== undefined && { quorum: Number(quorum) }),
      ...(typeof deadline === 'string' &&
        (isInstant(deadline) ? { deadline: instant(deadline) } : { withinMs: duration(deadline) })),
    },
  }
}
