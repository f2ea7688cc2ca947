/** Merging where both sides changed a key: by which strategy, and what cannot be combined. */
import type { Command } from '../../src/index.ts'
import type { Case } from './cases.ts'
import { family, merge, merged, type Fate } from './merge.ts'
import { by, complete, write } from './setting.ts'

/** What both have written since the seed. */
const apart = (seed: Record<string, unknown>, ours: Record<string, unknown>, theirs: Record<string, unknown>) => [
  ...family(seed, seed),
  write('run', 'r1', ours),
  write('run', 'r2', theirs),
  complete('r2'),
]

/** Both sides changed it: base, ours, theirs, and what comes of it. */
const STRATEGIES: readonly [
  Extract<Command, { type: 'MergeChildResult' }>['default'],
  unknown,
  unknown,
  unknown,
  Fate,
  unknown?,
][] = [
  ['ours', 1, 2, 3, 'kept'],
  ['theirs', 1, 2, 3, 'taken', 3],
  ['append', [1], [1, 2], [1, 2, 3], 'taken', [1, 2, 3]],
  ['append', [1, 2], [2], [1, 2, 3], 'combined', [2, 3]],
  ['deep', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 1, c: 3 }, 'combined', { a: 2, b: 1, c: 3 }],
  [
    'deep',
    { a: { x: 1 }, b: 1 },
    { a: { x: 1, y: 2 }, b: 1 },
    { a: { x: 1, z: 3 } },
    'combined',
    { a: { x: 1, y: 2, z: 3 } },
  ],
  ['sum', 10, 12, 15, 'combined', 17],
  ['max', 1, 2, 3, 'taken', 3],
  ['max', 1, 4, 3, 'kept'],
  ['min', 5, 4, 3, 'taken', 3],
  ['min', 5, 2, 3, 'kept'],
  [{ set: 'agreed' }, 1, 2, 3, 'combined', 'agreed'],
]

const strategies = STRATEGIES.map(([strategy, base, ours, theirs, fate, value], i): Case => {
  const named = i % 2 === 0 ? { strategies: { k: strategy }, default: 'fail' } : { default: strategy }
  return {
    name: `both changed it, ${JSON.stringify(strategy)}: ${[base, ours, theirs].map((each) => JSON.stringify(each)).join(' ')}`,
    given: apart({ k: base }, { k: ours }, { k: theirs }),
    when: merge(named as object),
    follows: value === undefined ? merged({ k: fate }) : merged({ k: fate }, { k: value }),
  }
})

const refused: readonly Case[] = [
  {
    name: 'both changed it: base, ours and theirs are told, and who wrote them; nothing is written, the other keys neither',
    given: [
      ...family({ k: 1 }, { k: 1 }),
      { by: by('planner', 'r1'), command: write('run', 'r1', { k: 2 }) },
      { by: by('planner', 'r2'), command: write('run', 'r2', { k: 3, other: 1 }) },
      complete('r2'),
    ],
    when: merge(),
    rejects: 'MERGE_CONFLICT',
    details: {
      conflicts: [{ key: 'k', base: 1, ours: 2, theirs: 3, oursBy: { run: 'r1' }, theirsBy: { run: 'r2' } }],
    },
  },
  {
    name: 'one changed and the other removed it',
    given: [
      ...family({ k: 1 }, { k: 1 }),
      write('run', 'r1', { k: 2 }),
      { type: 'SetState', scope: 'run', id: 'r2', remove: ['k'] },
      complete('r2'),
    ],
    when: merge(),
    rejects: 'MERGE_CONFLICT',
  },
  ...(
    [
      ['sum', 'one', 2, 3],
      ['append', [1], 2, [3]],
      ['deep', { a: 1 }, { a: 2 }, { a: 3 }],
      ['fail', 1, 2, 3],
    ] as const
  ).map(([strategy, base, ours, theirs]): Case => ({
    name: `both changed it, and ${strategy} cannot combine it`,
    given: apart({ k: base }, { k: ours }, { k: theirs }),
    when: merge({ strategies: { k: strategy }, default: 'ours' }),
    rejects: 'MERGE_CONFLICT',
    details: { conflicts: [{ key: 'k' }] },
  })),
]

export const mergeConflictCases: readonly Case[] = [...strategies, ...refused]
