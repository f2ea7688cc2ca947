/** Who plays in the demo, and the names that all of them know. */

export const PLANNER = 'planner'
export const WORKERS = ['ada', 'ben', 'cyd'] as const
export const ACTORS: readonly string[] = [PLANNER, ...WORKERS]

/** Set for the child processes alone: whose part is theirs. */
export const PART_VARIABLE = 'BATON_DEMO_PART'

/** The planner's run, and what all are after. */
export const RELEASE = 'release'
export const TASK = 'ship'
export const CREW = 'crew'

/** The pieces of work, in the order in which they go out and are merged: whoever is ready first gets the first. */
export const PIECES = ['lexer', 'parser', 'printer'] as const

/** The checkpoint of whoever is half done: what stands there outlives its process. */
export const HALF = 'half'

/** Beside the kinds of messages that are Baton's own. */
export const KIND = {
  order: 'order',
  ready: 'ready',
  work: 'work',
  question: 'question',
  answer: 'answer',
  news: 'news',
  conflict: 'conflict',
  shipped: 'shipped',
} as const

/** Long enough for a process that waits its turn on a busy machine, short enough to be watched running out. */
export const LEASE_MS = 3_500
/** How often each hub looks for what is due: any of them ends the run of whoever was killed. */
export const SWEEP_MS = 500
/** A colleague's answer comes, also where it has to wait for a lease to run out. */
export const ANSWER_WITHIN = '60s'
