import type { Hub } from '../../index.ts'
import { CONDITIONS, conditionOf, type Ask, type Held } from '../conditions.ts'
import { asWhoever } from '../named.ts'
import { visible } from '../print.ts'
import { noDryRun } from '../show.ts'
import { UsageError } from '../usage.ts'
import type { Request, VerbBody } from '../verb.ts'

export const wait: VerbBody = {
  more: 'Exit 0 when it holds, 7 when --timeout is up, 5 when it cannot come about any more.',
  options: () => ({
    for: {
      type: 'string',
      multiple: true,
      value: 'condition',
      about: 'one of these; several: whichever holds first',
    },
  }),
  notes: () =>
    Object.values(CONDITIONS).map(({ form, about, states }) => [
      form,
      states === undefined ? about : `${about}: ${states.join(', ')}`,
    ]),
  examples: [
    'baton wait --for mail --timeout 10m --as coder',
    'baton wait --for task/t1=closed --timeout 30s',
    'baton wait --for run/r1=settled --for mail --as planner',
    'baton wait --for group/planner/reviewers=reached',
    'baton wait --for position=7 --json',
  ],
  waits: () => true,
  async run(request) {
    const { given, signal } = request
    noDryRun(given, 'wait')
    const wanted = given['for']
    if (!Array.isArray(wanted)) {
      throw new UsageError(
        'wait for what?',
        `There is ${Object.values(CONDITIONS)
          .map(({ form }) => form)
          .join(', ')}.`,
      )
    }
    const hub = await asWhoever(request)
    const { word, text, found } = await hub.until(firstOf(await conditions(wanted, hub, request)), { signal })
    return { json: { for: word, position: hub.head.position, found }, text: visible(text) }
  },
}

interface Named {
  readonly word: string
  readonly ask: Ask
}

const conditions = (words: readonly string[], hub: Hub, { actor }: Request): Promise<Named[]> =>
  Promise.all(
    words.map(async (word) => ({
      word,
      ask: await conditionOf(word, { hub, me: async () => (await actor()).id ?? 'operator' }),
    })),
  )

/** Whichever holds first, in the order in which they were named. */
const firstOf = (all: readonly Named[]) => async (): Promise<(Held & { readonly word: string }) | undefined> => {
  for (const { word, ask } of all) {
    const held = await ask()
    if (held !== undefined) return { ...held, word }
  }
  return undefined
}
