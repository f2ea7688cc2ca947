/** STORED FORMAT. Shared state: a session's on `state-<root session>`, a run's on `work-<run>`, a seed on `run-<child>`. */
import { defineEvent } from './define.ts'

export const StateChanged = defineEvent('StateChanged', 1, ({ z, Id, Values, target }) => ({
  ...target,
  set: Values,
  remove: z.array(z.string()),
  /** What a run that shares the session's state read there before it first wrote a key of its own. */
  base: z.optional(Values),
  /** The child run whose writes these are. */
  mergedFrom: z.optional(Id),
}))

/** Immutable: what a child run starts from. */
export const ChildStateSeeded = defineEvent('ChildStateSeeded', 1, ({ z, Id, Count, Values }) => ({
  runId: Id,
  parentRunId: Id,
  values: Values,
  hash: z.string(),
  /** The position and the versions of the keys that were read. */
  position: Count,
  versions: z.record(z.string(), Count),
  /** Keys that were asked for and are not there. */
  missing: z.array(z.string()),
}))

/** On the target's stream, with the StateChanged that it brought. */
export const ChildResultMerged = defineEvent('ChildResultMerged', 1, ({ z, Id, target }) => ({
  ...target,
  childRunId: Id,
  checkpoint: z.optional(z.string()),
  /** The key under which the run's result was kept. */
  resultAs: z.optional(z.string()),
  /** What became of each key that the child wrote. */
  keys: z.record(z.string(), z.enum(['taken', 'equal', 'kept', 'combined'])),
}))
