/** STORED FORMAT. Shared state: a session's on `state-<root session>`, a run's on `work-<run>`, a seed on `run-<child>`. */
import { list, oneOf, optional, record, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { Count, Id, target, Values } from './pieces.ts'

export const StateChanged = defineEvent('StateChanged', 1, () => ({
  ...target,
  set: Values,
  remove: list(text()),
  /** What a run that shares the session's state read there before it first wrote a key of its own. */
  base: optional(Values),
  /** The child run whose writes these are. */
  mergedFrom: optional(Id),
}))

/** Immutable: what a child run starts from. */
export const ChildStateSeeded = defineEvent('ChildStateSeeded', 1, () => ({
  runId: Id,
  parentRunId: Id,
  values: Values,
  hash: text(),
  /** The position and the versions of the keys that were read. */
  position: Count,
  versions: record(text(), Count),
  /** Keys that were asked for and are not there. */
  missing: list(text()),
}))

/** On the target's stream, with the StateChanged that it brought. */
export const ChildResultMerged = defineEvent('ChildResultMerged', 1, () => ({
  ...target,
  childRunId: Id,
  checkpoint: optional(text()),
  /** The key under which the run's result was kept. */
  resultAs: optional(text()),
  /** What became of each key that the child wrote. */
  keys: record(text(), oneOf('taken', 'equal', 'kept', 'combined')),
}))
