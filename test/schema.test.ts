/** The reader of schemas beside one that others wrote: what the published JSON Schemas allow is what is read, and no more. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { eventCatalog } from '../src/events/catalog.ts'
import { commandCatalog } from '../src/index.ts'
import { jsonSchema } from '../src/schema/json-schema.ts'
import { read } from '../src/schema/read.ts'
import { either, instant, list, number, object, optional, record, text, whole } from '../src/schema/schema.ts'
import type { Field, Schema } from '../src/schema/schema.ts'
import { seeded, type Random } from './support/random.ts'

const problemsOf = (schema: Schema, value: unknown): string[] =>
  read(schema, value).problems.map(({ path, problem }) => `${path}: ${problem}`)

/** Some value that a schema reads, or nearly: now and then another one in its place. */
function valueFor(schema: Schema, random: Random): unknown {
  const chance = (often: number): boolean => random.next() < often
  if (chance(0.02)) return random.pick(STRANGE)
  switch (schema.kind) {
    case 'text':
      return random.pick(schema.pattern === undefined ? TEXTS : ['key', 'a.b', 'kind-1', 'No', '.', ''])
    case 'number':
      return random.pick([
        0,
        1,
        2,
        100,
        101,
        -1,
        1.5,
        Number.MAX_SAFE_INTEGER,
        Number.MAX_SAFE_INTEGER + 1,
        8_640_000_001,
      ])
    case 'flag':
      return chance(0.5)
    case 'instant':
      return random.pick([
        '2026-12-24T18:00:00Z',
        '2026-12-24T18:00:00.123Z',
        '2026-12-24',
        '2026-12-24T18:00:00+01:00',
      ])
    case 'oneOf':
      return random.pick(schema.words)
    case 'only':
      return schema.value
    case 'anything':
      return random.pick([null, 1, 'text', [1, { a: [] }], { a: { b: null } }])
    case 'list':
      return Array.from({ length: random.below(3) }, () => valueFor(schema.of, random))
    case 'record':
      return Object.fromEntries(
        Array.from({ length: random.below(3) }, () => [
          String(valueFor(schema.keys, random)),
          valueFor(schema.of, random),
        ]),
      )
    case 'either':
      return valueFor(random.pick(schema.of), random)
    case 'object': {
      const held = Object.entries(schema.fields).flatMap(([name, field]) => fieldFor(name, field, random))
      return Object.fromEntries(chance(0.02) ? [...held, ['surplus', 1]] : held)
    }
  }
}

function fieldFor(name: string, field: Field, random: Random): [string, unknown][] {
  if (field.kind !== 'optional') return random.next() < 0.02 ? [] : [[name, valueFor(field, random)]]
  return random.next() < 0.5 ? [] : [[name, valueFor(field.of, random)]]
}

const TEXTS = ['a', 'Some words', '', 'x'.repeat(200), 'x'.repeat(201), 'x'.repeat(4_097), 'ä€😀']
const STRANGE = [null, 0, '', 'text', true, [], {}, [null], { a: 1 }]

/** What no JSON Schema says: which names are reserved, and what is no JSON. */
const ALONE = /is no id|not JSON/

const ALL: [string, Schema][] = [...Object.values(commandCatalog), ...Object.values(eventCatalog)].map(
  ({ type, schema }) => [type, schema],
)

test.each(ALL)('%s: what its JSON Schema allows is read, and what it does not is not', (_, schema) => {
  const published = z.fromJSONSchema(jsonSchema(schema))
  const random = seeded(1)
  let taken = 0
  for (let i = 0; i < 300; i++) {
    const value = valueFor(schema, random)
    const problems = problemsOf(schema, value)
    if (problems.some((problem) => ALONE.test(problem))) continue
    expect({ value, allowed: published.safeParse(value).success, problems }).toMatchObject({
      allowed: problems.length === 0,
    })
    if (problems.length === 0) taken++
  }
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(300)
})

test('the schema of a command or an event is made once', () => {
  for (const defined of [...Object.values(commandCatalog), ...Object.values(eventCatalog)]) {
    expect(defined.schema).toBe(defined.schema)
    expect(Object.keys(defined)).toContain('schema')
  }
  for (const command of Object.values(commandCatalog)) expect(command.codes).toBe(command.codes)
})

test('what is read is a copy that holds what is there, and of the fields those that are', () => {
  const schema = object({ a: list(text()), b: record(text(), whole()), c: optional(object({ d: optional(text()) })) })
  const input = { a: ['x'], b: { y: 1 }, c: { d: undefined } }
  const { value, problems } = read(schema, input)
  expect(problems).toEqual([])
  expect(value).toStrictEqual({ a: ['x'], b: { y: 1 }, c: {} })
  const { a, b, c } = value as typeof input
  expect([a === input.a, b === input.b, c === input.c]).toEqual([false, false, false])
})

test('a record is no instance of a class, wherever its class is from; an object may be one', () => {
  const keys = record(text(), whole())
  expect(problemsOf(keys, new Map([['a', 1]]))).toEqual([': an object is needed, not an instance of Map'])
  expect(problemsOf(keys, Object.assign(Object.create(null) as object, { a: 1 }))).toEqual([])
  expect(problemsOf(text(), new Date(0))).toEqual([': a text is needed, not an instance of Date'])
  class Point {
    x = 1
  }
  expect(problemsOf(keys, new Point())).not.toEqual([])
  expect(read(object({ x: number() }), new Point())).toEqual({ value: { x: 1 }, problems: [] })
})

test('a key that JavaScript has plans for stays a key', () => {
  const { value } = read(record(text(), whole()), JSON.parse('{"__proto__": 1}'))
  expect(Object.keys(value as object)).toEqual(['__proto__'])
})

test('of two that could be meant, each says what it lacks', () => {
  const schema = either(whole(), object({ set: text() }))
  expect(problemsOf(schema, 1)).toEqual([])
  expect(read(schema, { set: 'a' })).toEqual({ value: { set: 'a' }, problems: [] })
  expect(problemsOf(schema, {})).toEqual([': a number is needed, not an object, or set is missing'])
})

test('every problem of a value is told, with the way to it', () => {
  const schema = object({ items: list(object({ id: text({ min: 1 }), n: whole({ from: 1 }) }), { min: 1 }) })
  expect(problemsOf(schema, { items: [{ id: '', n: 0 }, 3, {}], more: 1 })).toEqual([
    'items.0.id: is empty',
    'items.0.n: a whole number from 1 is needed',
    'items.1: an object is needed, not 3',
    'items.2.id: is missing',
    'items.2.n: is missing',
    ': there is no field more',
  ])
})

test('an instant is a day and a time that there are', () => {
  const years = ['0000', '1900', '1999', '2000', '2023', '2024', '2100', '9999']
  const days = [
    '01-01',
    '01-31',
    '01-32',
    '02-28',
    '02-29',
    '02-30',
    '04-30',
    '04-31',
    '12-31',
    '13-01',
    '00-10',
    '06-00',
  ]
  const times = [
    '00:00:00',
    '23:59:59',
    '24:00:00',
    '23:60:00',
    '23:59:60',
    '12:00',
    '12:00:00.5',
    '12:00:00.123456789',
  ]
  const zones = ['Z', '', 'z', '+00:00', '-05:00']
  const judge = z.iso.datetime()
  const taken: string[] = []
  for (const year of years)
    for (const day of days)
      for (const time of times)
        for (const zone of zones) {
          const value = `${year}-${day}T${time}${zone}`
          const isTaken = problemsOf(instant(), value).length === 0
          // (Theirs takes a time without seconds.)
          if (time !== '12:00') expect({ value, isTaken }).toEqual({ value, isTaken: judge.safeParse(value).success })
          if (isTaken) taken.push(value)
        }
  // Five days of every year and one of three leap years, each with four times.
  expect(taken).toHaveLength((5 * 8 + 3) * 4)
})
