/** Input that means harm, or was made by somebody careless: it is refused, or kept as it is, and breaks nothing. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../src/index.ts'
import { decode, encodeCommit, encodeGenesis, type Draft, type Mark } from '../src/log/commit.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { framed, sealed } from './support/lines.ts'
import { scratch } from './support/scratch.ts'

const freshDir = scratch()
const AT = '2026-01-01T00:00:00.000Z'
const MARK: Mark = [0, '0123456789abcdef']
const CONTROLS = Array.from({ length: 0x21 }, (_, i) => String.fromCharCode(i === 0x20 ? 0x7f : i))

const anEvent = (data: unknown = {}, type: unknown = 'Happened') => ({ type, data }) as never

async function newHub(options: Partial<Parameters<typeof openHub>[0]> = {}) {
  const dir = freshDir()
  const hub = await openHub({ dir, create: true, durability: 'os', ...options })
  await hub.eventStore.appendToStream('before', [anEvent()])
  const bytes = (): Buffer => fs.readFileSync(logFile(dir))
  return { dir, hub, file: logFile(dir), bytes }
}

/** A fresh replica agrees with the hub on everything: what the writer takes for accepted, others do too. */
async function assertOthersAgree(dir: string, hub: Hub): Promise<void> {
  const other = await openHub({ dir })
  expect(other.damage).toBeUndefined()
  expect(other.head).toEqual(hub.head)
  const { findings, void: voids } = await other.verify()
  expect({ findings, voids }).toEqual({ findings: [], voids: {} })
  await other.close()
}

/** Refused, nothing written, and the hub goes on. */
async function assertRefused(
  { dir, hub, bytes }: Awaited<ReturnType<typeof newHub>>,
  code: string,
  act: () => unknown,
) {
  const before = bytes()
  await expect(Promise.resolve().then(act)).rejects.toMatchObject({ name: 'BatonError', code })
  expect(bytes().equals(before)).toBe(true)
  await hub.eventStore.appendToStream('after', [anEvent()])
  await assertOthersAgree(dir, hub)
}

const draft = (changes: Partial<Draft> = {}): Draft => ({ by: { kind: 'x' }, cmd: 'C', on: {}, events: [], ...changes })
const stamp = (changes: object = {}) => ({ id: 'id', at: AT, seen: MARK, safe: MARK, ...changes })

const BAD_IDS = [
  '',
  '.',
  '..',
  '../x',
  '../../etc/passwd',
  '/etc/passwd',
  'a/b',
  'a\\b',
  '-x',
  '_x',
  'a b',
  'a\n',
  'é',
  'x'.repeat(65),
]

test('01 ids that are paths, controls, empty or long are refused by the writer and void for the reader', () => {
  for (const id of [...BAD_IDS, ...CONTROLS.map((c) => `a${c}b`)]) {
    expect(() => encodeCommit(draft(), stamp({ id })), JSON.stringify(id)).toThrow('id')
    const line = sealed(
      `{"v":1,"id":${JSON.stringify(id)},"at":"${AT}","by":{"kind":"x"},"cmd":"C","seen":[0,"${MARK[1]}"],"safe":[0,"${MARK[1]}"],"on":{},"events":[]`,
    )
    expect(decode(line), JSON.stringify(id)).toEqual({ kind: 'invalid', why: 'id' })
  }
})

test('02 a hub is not founded under an id that no reader takes', async () => {
  for (const id of BAD_IDS) {
    const dir = freshDir()
    await expect(openHub({ dir, create: true, newId: () => id })).rejects.toBeInstanceOf(Error)
    expect(fs.statSync(logFile(dir)).size).toBe(0)
    await (await openHub({ dir, create: true })).close()
  }
  expect(() => encodeGenesis({ hub: 'hub', at: 'yesterday' })).toThrow('not a genesis record')
  for (const from of [null, {}, { hub: 5, seen: MARK }, { hub: 'x', seen: [0] }, { hub: 'x', seen: [0, 'chain'] }]) {
    expect(() => encodeGenesis({ hub: 'hub', at: AT, from: from as never })).toThrow('not a genesis record')
    const line = sealed(`{"v":1,"kind":"genesis","hub":"hub","at":"${AT}","from":${JSON.stringify(from)}`)
    expect(decode(line)).toEqual({ kind: 'invalid', why: 'from' })
  }
})

test('03 ids are data: nothing is made outside the hub’s directory', async () => {
  const { dir, hub } = await newHub()
  await hub.eventStore.appendToStream('../../../escape', [anEvent({ path: '../../x' }, '../Type')])
  await hub.close()
  const made = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  expect(made).toEqual(['.gitignore', 'log', path.join('log', '00000001.jsonl')])
})

test('04 a commit of 10 MB is refused, and nothing is written', async () => {
  const it = await newHub()
  const text = 'x'.repeat(10 * 1024 * 1024)
  await assertRefused(it, 'PAYLOAD_TOO_LARGE', () => it.hub.eventStore.appendToStream('a', [anEvent({ text })]))
  const many = Array.from({ length: 1_000 }, () => anEvent({ text: 'é'.repeat(3_000) }))
  await assertRefused(it, 'PAYLOAD_TOO_LARGE', () => it.hub.eventStore.appendToStream('a', many))
  await assertRefused(it, 'PAYLOAD_TOO_LARGE', () => it.hub.eventStore.appendToStream('a', [anEvent({}, text)]))
  await it.hub.close()
})

test('05 the limit is on the bytes of the line, and exact', async () => {
  const it = await newHub({ limits: { commitBytes: 2_000 } })
  const append = (n: number) => it.hub.eventStore.appendToStream('a', [anEvent({ text: 'x'.repeat(n) })])
  const before = it.bytes().length
  await append(100)
  const overhead = it.bytes().length - before - 2 - 100
  await append(2_000 - overhead)
  await assertRefused(it, 'PAYLOAD_TOO_LARGE', () => append(2_001 - overhead))
  await it.hub.close()
})

test('06 more than 2,000 events in a commit are refused', async () => {
  const it = await newHub()
  const append = (n: number) =>
    it.hub.eventStore.appendToStream(
      'a',
      Array.from({ length: n }, () => anEvent()),
    )
  await append(2_000)
  await assertRefused(it, 'LIMIT_EXCEEDED', () => append(2_001))
  await it.hub.close()
})

test('07 what is refused takes nobody else of its batch with it', async () => {
  const { dir, hub } = await newHub({ limits: { commitBytes: 10_000 } })
  const append = (data: unknown) => hub.eventStore.appendToStream('a', [anEvent(data)])
  const outcomes = await Promise.allSettled([append('ok'), append('x'.repeat(20_000)), append(1n), append('ok too')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  await assertOthersAgree(dir, hub)
  await hub.close()
})

test('08 what JSON cannot hold is refused: BigInt, cycles, 100,000 levels, a toJSON that throws', async () => {
  const it = await newHub()
  const append = (data: unknown) => it.hub.eventStore.appendToStream('a', [anEvent(data)])
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { deep }
  const throwing = {
    toJSON() {
      throw new Error('no')
    },
  }
  for (const data of [1n, { a: [1n] }, cyclic, deep, throwing]) {
    await assertRefused(it, 'INVALID_COMMAND', () => append(data))
  }
  await it.hub.close()
})

test('09 events whose type is no name are refused', async () => {
  const it = await newHub()
  for (const type of [undefined, null, 5, '', {}, ['a'], true, Symbol('t')]) {
    await assertRefused(it, 'INVALID_COMMAND', () =>
      it.hub.eventStore.appendToStream('a', [{ type, data: {} } as never]),
    )
  }
  for (const event of [undefined, null, 5, 'text']) {
    const before = it.bytes()
    await expect(
      Promise.resolve().then(() => it.hub.eventStore.appendToStream('a', [event as never])),
    ).rejects.toThrow()
    expect(it.bytes().equals(before)).toBe(true)
  }
  await assertOthersAgree(it.dir, it.hub)
  await it.hub.close()
})

test('10 what a writer writes every reader takes: a draft that is none is refused before it is written', () => {
  const wrong: [string, unknown][] = [
    ['cmd', undefined],
    ['cmd', 5],
    ['key', 5],
    ['key', null],
    ['by', {}],
    ['by', { kind: 'x', id: 5 }],
    ['by', { kind: 'x', run: null }],
    ['on', { 'bad\nname': 1 }],
    ['on', { Upper: 1 }],
    ['on', { s: -1 }],
    ['on', { s: 1.5 }],
    ['on', JSON.parse('{"__proto__":1}')],
    ['events', [{ s: '', t: 'T', v: 1, d: {} }]],
    ['events', [{ s: ['abc'], t: 'T', v: 1, d: {} }]],
    ['events', [{ s: 'a', t: 5, v: 1, d: {} }]],
    ['events', [{ s: 'a', t: undefined, v: 1, d: {} }]],
    ['events', [{ s: 'a', t: 'T', v: 0, d: {} }]],
    ['events', [{ s: 'a', t: 'T', v: '1', d: {} }]],
  ]
  for (const [field, value] of wrong) {
    expect(() => encodeCommit(draft({ [field]: value }), stamp()), `${field} ${JSON.stringify(value)}`).toThrow(
      'not a commit',
    )
  }
  expect(() => encodeCommit(draft({ key: 'k', fp: 5 as never }), stamp())).toThrow('not a commit')
  expect(() => encodeCommit(draft(), stamp({ safe: [1, MARK[1]] }))).toThrow('not a commit: safe')
  expect(() => encodeCommit(draft(), stamp({ seen: [0, 'chain'] }))).toThrow('not a commit: seen')
  for (const at of ['', 'yesterday', '+010000-01-01T00:00:00.000Z', '2026-01-01']) {
    expect(() => encodeCommit(draft(), stamp({ at })), at).toThrow('not a commit')
  }
})

const ODD_DATA: unknown[] = [
  null,
  'text',
  0,
  -0,
  1e308,
  [],
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":1}'),
  { lone: '\ud800 and \udc00', pair: '☂😀', line: '\u2028\u2029', nul: '\u0000', bom: '\ufeff' },
  { ',"crc":"00000000"}': ',"crc":"00000000"}' },
  { '': '', '\n': '\r\n' },
  { wide: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i])) },
]

test('11 odd data comes back as JSON gives it, pollutes nothing, and every replica agrees', async () => {
  const { dir, hub } = await newHub()
  for (const data of ODD_DATA) await hub.eventStore.appendToStream('odd', [anEvent(data)])
  for (const each of [hub, await openHub({ dir })]) {
    const { events } = await each.eventStore.readStream('odd')
    expect(events.map(({ data }) => JSON.stringify(data))).toEqual(ODD_DATA.map((data) => JSON.stringify(data)))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    if (each !== hub) await each.close()
  }
  // What JSON leaves out is left out for the writer too.
  await hub.eventStore.appendToStream('left-out', [
    anEvent({ a: undefined, f: () => 1, n: Number.NaN, d: new Date(0) }),
  ])
  const { events } = await hub.eventStore.readStream('left-out')
  expect(events[0]?.data).toEqual({ n: null, d: '1970-01-01T00:00:00.000Z' })
  await assertOthersAgree(dir, hub)
  await hub.close()
})

test('12 what the caller does to its objects later is nobody’s event', async () => {
  const { hub } = await newHub()
  const data = { list: [1] }
  const appended = hub.eventStore.appendToStream('mine', [anEvent(data)])
  data.list.push(2)
  await appended
  const first = await hub.eventStore.readStream('mine')
  for (const event of first.events) (event.data as { list: number[] }).list.push(3)
  const second = await hub.eventStore.readStream('mine')
  expect(second.events[0]?.data).toEqual({ list: [1] })
  await hub.close()
})

test('13 names of streams: anything without controls up to 510 characters, each its own', async () => {
  const { dir, hub } = await newHub()
  const names = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '0',
    '../../x',
    'żółć ☂😀',
    '\ud800',
    '\u2028',
    '"quoted"',
    "'; drop table",
    ' ',
    'X-UPPER',
    'x-x',
    'a'.repeat(510),
    'a'.repeat(509),
  ]
  for (const [i, name] of names.entries()) {
    const expectedStreamVersion = 'STREAM_DOES_NOT_EXIST'
    await hub.eventStore.appendToStream(name, [anEvent({ i })], { expectedStreamVersion })
    await hub.eventStore.appendToStream(name, [anEvent({ i })], { expectedStreamVersion: 1n })
  }
  await assertOthersAgree(dir, hub)
  const other = await openHub({ dir })
  for (const [i, name] of names.entries()) {
    const { events, currentStreamVersion } = await other.eventStore.readStream(name)
    expect(currentStreamVersion, name).toBe(2n)
    expect(
      events.map(({ data }) => data),
      name,
    ).toEqual([{ i }, { i }])
    expect(await other.eventStore.streamExists(`${name}-not`.slice(-510)), name).toBe(false)
  }
  await other.close()
  await hub.close()
})

test('14 names of streams that are empty, long, no strings, or hold controls are refused', async () => {
  const it = await newHub()
  const bad: unknown[] = [
    '',
    'a'.repeat(511),
    'a'.repeat(1_000),
    ...CONTROLS.map((c) => `a${c}`),
    undefined,
    null,
    5,
    {},
    ['a'],
  ]
  for (const name of bad) {
    const before = it.bytes()
    const append = (): Promise<unknown> => it.hub.eventStore.appendToStream(name as string, [anEvent()])
    await expect(append(), JSON.stringify(name)).rejects.toMatchObject({ code: 'BAD_ID' })
    await expect(it.hub.eventStore.readStream(name as string)).rejects.toMatchObject({ code: 'BAD_ID' })
    await expect(it.hub.eventStore.streamExists(name as string)).rejects.toMatchObject({ code: 'BAD_ID' })
    expect(it.bytes().equals(before)).toBe(true)
  }
  await assertOthersAgree(it.dir, it.hub)
  await it.hub.close()
})

// ---- lines that somebody else wrote

/** A hub with one commit, and the text of a commit that would come next, up to its checksum. */
async function nextLine(fields: { id?: string; events?: string; more?: string } = {}) {
  const it = await newHub()
  const [n, chain] = it.hub.head.mark
  const { id = 'foreign', events = '[]', more = '' } = fields
  const open = `{"v":1,"id":"${id}","at":"${AT}","by":{"kind":"x"},"cmd":"C","seen":[${n},"${chain}"],"safe":[${n},"${chain}"],"on":{},"events":${events}${more}`
  return { ...it, open }
}

/** Appends a line as another program would, and gives what the open hub and a fresh one make of it. */
async function fate({ dir, hub, file }: Awaited<ReturnType<typeof nextLine>>, line: Buffer): Promise<string> {
  fs.appendFileSync(file, framed(line))
  await hub.catchUp()
  const fresh = await openHub({ dir })
  expect(fresh.head).toEqual(hub.head)
  const { findings, void: voids, commits } = await fresh.verify()
  await fresh.close()
  const [reason] = Object.keys(voids)
  await hub.eventStore.appendToStream('after', [anEvent()])
  expect(hub.head.mark[0]).toBe(commits + 1)
  await hub.close()
  return reason === undefined ? `accepted ${commits}` : `${reason}: ${findings[0]?.message ?? ''}`
}

test('15 the line itself, untouched, is accepted', async () => {
  const it = await nextLine()
  expect(await fate(it, sealed(it.open))).toBe('accepted 2')
})

test('16 invalid UTF-8 under a right checksum is void', async () => {
  for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    const it = await nextLine({ events: '[{"s":"x-a","t":"T","v":1,"d":"' })
    const line = sealed(Buffer.concat([Buffer.from(it.open), Buffer.from(bad), Buffer.from('"}]')]))
    expect(await fate(it, line), String(bad)).toMatch(/^invalid: .*not UTF-8/)
  }
})

test('17 what is no JSON under a right checksum is void', async () => {
  const it = await nextLine()
  for (const open of [
    '',
    'garbage',
    '[1',
    '{',
    '{"v":NaN',
    '{"v":1,',
    `\ufeff${it.open}`,
    `${it.open},"x":01`,
    `${it.open}\0`,
  ]) {
    expect(decode(sealed(open)), open).toEqual(open === '' ? { kind: 'torn' } : { kind: 'invalid', why: 'not JSON' })
  }
  expect(await fate(it, sealed(`\ufeff${it.open}`))).toMatch(/^invalid: .*not JSON/)
})

test('18 a byte order mark before a record, or a carriage return behind it, makes it torn', async () => {
  const first = await nextLine()
  expect(await fate(first, Buffer.concat([Buffer.from('\ufeff'), sealed(first.open)]))).toMatch(/^torn/)
  const second = await nextLine()
  expect(await fate(second, Buffer.concat([sealed(second.open), Buffer.from('\r')]))).toMatch(/^torn/)
})

test('19 a log whose line ends were converted is not taken for another one', async () => {
  const { dir, hub, file } = await newHub()
  for (let i = 0; i < 3; i++) await hub.eventStore.appendToStream('a', [anEvent()])
  await hub.close()
  const converted = fs.readFileSync(file, 'utf8').replaceAll('\n', '\r\n')
  fs.writeFileSync(file, converted)
  await expect(openHub({ dir })).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' })
  expect(fs.readFileSync(file, 'utf8')).toBe(converted)
})

test('20 blank lines are nothing; a line of white space is torn', async () => {
  const it = await nextLine()
  fs.appendFileSync(it.file, '\n\n\n\n')
  await it.hub.catchUp()
  expect((await it.hub.verify()).void).toEqual({})
  expect(await fate(it, Buffer.from(' '))).toMatch(/^torn/)
})

test(
  '21 deep JSON under a right checksum is handled: 100,000 levels, and the hub goes on',
  { timeout: 60_000 },
  async () => {
    const levels = 100_000
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const value = open.repeat(levels) + '1' + close.repeat(levels)
      const it = await nextLine({ events: `[{"s":"x-deep","t":"T","v":1,"d":{"data":${value}}}]` })
      const hub = it.hub
      fs.appendFileSync(it.file, framed(sealed(it.open)))
      await hub.catchUp()
      expect(hub.head.mark[0]).toBe(2)
      const { events } = await hub.eventStore.readStream('deep')
      expect(events.length).toBe(1)
      await hub.eventStore.appendToStream('deep', [anEvent()])
      await assertOthersAgree(it.dir, hub)
      for await (const { position } of hub.log()) expect(position).toBeGreaterThan(0)
      await hub.close()
    }
  },
)

test('22 unknown fields are ignored, at every level', async () => {
  const it = await nextLine({
    events: '[{"s":"x-a","t":"T","v":1,"d":{"data":1},"new":{"deep":[1]}}]',
    more: ',"sig":"later","__proto__":{"kind":"evil"},"crc2":[1]',
  })
  const { hub, dir } = it
  expect(
    await fate(it, sealed(it.open.replace('"by":{"kind":"x"', '"by":{"kind":"x","role":5,"pid":"no number"'))),
  ).toBe('accepted 2')
  void hub
  const again = await openHub({ dir })
  expect((await again.eventStore.readStream('a')).events[0]?.data).toBe(1)
  await again.close()
})

test('23 of a name that stands twice in a record the last counts', async () => {
  const it = await nextLine({ more: ',"cmd":"D","id":"second"' })
  expect(decode(sealed(it.open))).toMatchObject({ kind: 'commit', commit: { id: 'second', cmd: 'D' } })
  expect(await fate(it, sealed(it.open))).toBe('accepted 2')
})

test('24 `__proto__` and other names that are no streams make a commit void', async () => {
  for (const on of [
    '{"__proto__":1}',
    '{"Upper":1}',
    '{"":1}',
    '{"a\\n":1}',
    '{"a":-1}',
    '{"a":1.5}',
    '{"a":"1"}',
    '[]',
    'null',
  ]) {
    const it = await nextLine()
    expect(await fate(it, sealed(it.open.replace('"on":{}', `"on":${on}`))), on).toMatch(/^invalid: .*: on/)
  }
  for (const event of [
    '{"s":"__proto__","t":"T","v":1,"d":1}',
    '{"s":"a","t":"T","v":1}',
    '{"s":"a","t":"","v":1,"d":1}',
    'null',
    '[]',
  ]) {
    const it = await nextLine({ events: `[${event}]` })
    expect(await fate(it, sealed(it.open)), event).toMatch(/^invalid: .*: events/)
  }
})

test('25 each field that a commit must have makes it void where it is wrong', async () => {
  const { open, hub } = await nextLine()
  await hub.close()
  const without = (field: string): string =>
    JSON.stringify({ ...JSON.parse(`${open}}`), [field]: undefined }).slice(0, -1)
  for (const field of ['v', 'id', 'at', 'by', 'cmd', 'seen', 'safe', 'on', 'events']) {
    expect(decode(sealed(without(field))), field).toEqual({ kind: 'invalid', why: field })
  }
  const wrong = (field: string, value: string): string => `${open},${JSON.stringify(field)}:${value}`
  const cases: [string, string][] = [
    ['v', '"1"'],
    ['v', '1.5'],
    ['v', '1e999'],
    ['id', '"../x"'],
    ['at', '"2026-01-01"'],
    ['at', '"+010000-01-01T00:00:00.000Z"'],
    ['by', '"me"'],
    ['by', '{"kind":"x","id":null}'],
    ['cmd', 'null'],
    ['key', 'null'],
    ['key', '"no fp"'],
    ['seen', '[0]'],
    ['seen', '[0,"0123456789ABCDEF"]'],
    ['seen', '[-1,"0123456789abcdef"]'],
    ['seen', '[9007199254740992,"0123456789abcdef"]'],
    ['safe', '[0,"0123456789abcdef",1]'],
    ['safe', '[2,"0123456789abcdef"]'],
    ['events', '{}'],
  ]
  for (const [field, value] of cases) {
    expect(decode(sealed(wrong(field, value))), `${field} ${value}`).toEqual({ kind: 'invalid', why: field })
  }
})

const NEWER: [string, string][] = [
  ['a later format version', '{"v":2,"whatever":true'],
  ['version 0', '{"v":0'],
  ['an unknown kind', '{"v":1,"kind":"checkpoint","id":"x"'],
  ['a kind that is no string', '{"v":1,"kind":null'],
]

test.each(NEWER)('26 %s under an open hub: it stops there, and leaves the file as it is', async (_name, open) => {
  const { dir, hub, file, bytes } = await newHub()
  fs.appendFileSync(file, framed(sealed(open)))
  const before = bytes()
  const offset = before.lastIndexOf('{"v"')
  const newer = { code: 'LOG_TOO_NEW', details: { file, offset } }
  await expect(hub.catchUp()).rejects.toMatchObject(newer)
  for (let i = 0; i < 2; i++) {
    await expect(hub.eventStore.appendToStream('a', [anEvent()])).rejects.toMatchObject({
      ...newer,
      details: { ...newer.details, outcome: 'none' },
    })
  }
  expect(hub.head.mark[0]).toBe(1)
  expect((await hub.verify()).findings).toMatchObject([{ kind: 'too-new', offset }])
  await hub.close()
  for (const create of [true, false]) await expect(openHub({ dir, create })).rejects.toMatchObject(newer)
  expect(bytes().equals(before)).toBe(true)
})

test.each(NEWER)('27 %s in the place of the genesis record: nothing is founded', async (_name, open) => {
  const dir = freshDir()
  const file = logFile(dir)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const before = framed('torn', sealed(open))
  fs.writeFileSync(file, before)
  for (const create of [true, false]) {
    await expect(openHub({ dir, create })).rejects.toMatchObject({ code: 'LOG_TOO_NEW', details: { offset: 6 } })
  }
  expect(fs.readFileSync(file).equals(before)).toBe(true)
})

test('28 a hub in memory refuses the same', async () => {
  const hub = await openHub({ log: openMemoryLog(), create: true })
  const append = (name: string, data: unknown) => hub.eventStore.appendToStream(name, [anEvent(data)])
  await expect(append('a', 1n)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  await expect(append('a', 'x'.repeat(5_000_000))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  await expect(append('\0', 1)).rejects.toMatchObject({ code: 'BAD_ID' })
  await append('a', 1)
  expect(hub.head.position).toBe(1)
  await hub.close()
})
