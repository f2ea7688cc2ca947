/** STORED FORMAT. The pieces that several events are made of. */
import * as z from 'zod/mini'

export const Id = z.string()
/** `session:<id>`, `run:<id>`, `operator` or `system`: whose mailbox it is. */
export const Mailbox = z.string()
export const Instant = z.iso.datetime()
export const Count = z.int().check(z.nonnegative())
/** Whatever JSON can hold. */
export const Json = z.unknown()
export const Values = z.record(z.string(), Json)
export const Outcome = z.enum(['done', 'failed', 'lost'])
export const RunEnd = z.enum(['completed', 'failed', 'cancelled'])
