/** What commands are made of. */
import path from 'node:path'
import { isGroupName, isId } from '../domain/address.ts'
import { isJson } from '../domain/json.ts'
import { PATH_LENGTH, SHORT_TEXT } from '../domain/limits.ts'
import { shown } from '../schema/read.ts'
import { anything, instant, optional, record, text, whole, type Rule } from '../schema/schema.ts'

const idRule = (holds: (id: string) => boolean): Rule<string> => ({
  holds,
  otherwise: (id) =>
    `${shown(id)} is no id: up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit; names of addresses are reserved`,
  code: 'BAD_ID',
})

export const Id = text({ rule: idRule(isId) })
/** `<name>` of one's own root session, or `<root session>/<name>`. */
export const GroupName = text({ rule: idRule(isGroupName) })
/** Checked by the address rules, which say what is wrong with it. */
export const Address = text({ min: 1 })
export const Short = text({ max: SHORT_TEXT })
/** What something is called. */
export const Label = text({ min: 1, max: SHORT_TEXT })
export const Text = text()
export const Instant = instant()
export const Json = anything({ holds: (value) => isJson(value), otherwise: () => 'not JSON' })
export const Epoch = whole({ from: 0 })
/** A hundred days: a longer lease is none. */
export const LeaseMs = whole({ from: 1, upTo: 8_640_000_000 })
/** Dotted, and no name that JavaScript has plans for. */
export const Key = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*$/,
  otherwise: 'no key: letters, digits, dashes and underscores, in parts that dots divide',
  max: SHORT_TEXT,
})
export const Values = record(Key, Json)
/** Made absolute here, once: what is stored does not depend on where somebody reads it. */
export const AbsolutePath = text({ min: 1, max: PATH_LENGTH, becomes: (typed) => path.resolve(typed) })
/** `handoff`, `result`, `dispatch` and `notice` are Baton's own; the message rules refuse them. */
const Kind = text({
  pattern: /^[a-z][a-z0-9-]{0,31}$/,
  otherwise: 'no kind: up to 32 small letters, digits and dashes, a letter first',
})

/**
 * What a message says, to whomever it goes. A time can be given as so long from now on, too: said again under its key
 * that is the same command.
 */
export const words = {
  task: optional(Id),
  kind: optional(Kind),
  subject: optional(Short),
  body: Text,
  data: optional(Json),
  inReplyTo: optional(Id),
  /** Makes it a request: the first reply until then answers it. */
  replyBy: optional(Instant),
  replyWithinMs: optional(LeaseMs),
  expiresAt: optional(Instant),
  expiresWithinMs: optional(LeaseMs),
}
