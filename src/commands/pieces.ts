/**
 * What commands are made of. Each piece is made when a command takes it: to make them all takes longer than most commands.
 * An issue's message is the code that it is refused with, where it is not INVALID_COMMAND.
 */
import path from 'node:path'
import * as z from 'zod/mini'
import { isGroupName, isId } from '../domain/address.ts'
import { isJson } from '../domain/json.ts'
import { PATH_LENGTH, SHORT_TEXT } from '../domain/limits.ts'
import { once } from '../events/once.ts'

const id = once(() => z.string().check(z.refine(isId, 'BAD_ID')))
const short = once(() => z.string().check(z.maxLength(SHORT_TEXT, 'LIMIT_EXCEEDED')))
const instant = once(() => z.iso.datetime())
const json = once(() => z.unknown().check(z.refine((value) => isJson(value), 'not JSON')))
/** A hundred days: a longer lease is none. */
const leaseMs = once(() => z.int().check(z.minimum(1), z.maximum(8_640_000_000)))
const key = once(() =>
  z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*$/,
        'no key: letters, digits, dashes and underscores, in parts that dots divide',
      ),
      z.maxLength(SHORT_TEXT, 'LIMIT_EXCEEDED'),
    ),
)

export const pieces = {
  get Id() {
    return id()
  },
  /** `<name>` of one's own root session, or `<root session>/<name>`. */
  get GroupName() {
    return z.string().check(z.refine(isGroupName, 'BAD_ID'))
  },
  /** Checked by the address rules, which say what is wrong with it. */
  get Address() {
    return z.string().check(z.minLength(1))
  },
  get Short() {
    return short()
  },
  get Text() {
    return z.string()
  },
  get Instant() {
    return instant()
  },
  get Json() {
    return json()
  },
  get Epoch() {
    return z.int().check(z.nonnegative())
  },
  get LeaseMs() {
    return leaseMs()
  },
  /** Dotted, and no name that JavaScript has plans for. */
  get Key() {
    return key()
  },
  get Values() {
    return z.record(key(), json())
  },
  /** Made absolute here, once: what is stored does not depend on where somebody reads it. */
  get AbsolutePath() {
    return z.string().check(
      z.minLength(1),
      z.maxLength(PATH_LENGTH, 'LIMIT_EXCEEDED'),
      z.overwrite((text) => path.resolve(text)),
    )
  },
  /** `handoff`, `result`, `dispatch` and `notice` are Baton's own; the message rules refuse them. */
  get Kind() {
    return z
      .string()
      .check(z.regex(/^[a-z][a-z0-9-]{0,31}$/, 'no kind: up to 32 small letters, digits and dashes, a letter first'))
  },
  /**
   * What a message says, to whomever it goes. A time can be given as so long from now on, too: said again under its key
   * that is the same command.
   */
  get words() {
    return {
      task: z.optional(id()),
      kind: z.optional(pieces.Kind),
      subject: z.optional(short()),
      body: z.string(),
      data: z.optional(json()),
      inReplyTo: z.optional(id()),
      /** Makes it a request: the first reply until then answers it. */
      replyBy: z.optional(instant()),
      replyWithinMs: z.optional(leaseMs()),
      expiresAt: z.optional(instant()),
      expiresWithinMs: z.optional(leaseMs()),
    }
  },
}

export type Pieces = typeof pieces
