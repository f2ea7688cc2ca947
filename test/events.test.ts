import { expect, test, vi } from 'vitest'
import { eventCatalog, upcast } from '../src/events/catalog.ts'
import { defineEvent } from '../src/events/define.ts'
import { eventSchemas } from '../src/events/schemas.ts'
import { commandCatalog, commandSchemas, openHub, openMemoryLog, type Command } from '../src/index.ts'
import { createFold } from '../src/log/fold.ts'
import { createProposer } from '../src/log/proposer.ts'
import { read } from '../src/schema/read.ts'
import { object, text } from '../src/schema/schema.ts'
import type { StoredEvent } from '../src/log/commit.ts'
import type { Log } from '../src/log/log.ts'

// As a later build might have it: a title was one text, then a text with its language, then an object.
const TaskNamed = defineEvent('TaskNamed', 3, () => ({ title: object({ text: text(), language: text() }) }), {
  1: (data) => ({ ...(data as { title: string }), language: 'en' }),
  2: (data) => {
    const { title: text, language, ...rest } = data as { title: string; language: string }
    return { ...rest, title: { text, language } }
  },
})
const catalog = { TaskNamed }

test('every older version is brought to the newest, one step after the other', () => {
  const newest = { title: { text: 'the parser', language: 'en' } }
  expect(upcast('TaskNamed', 1, { title: 'the parser' }, catalog)).toEqual(newest)
  expect(upcast('TaskNamed', 2, { title: 'the parser', language: 'en' }, catalog)).toEqual(newest)
  expect(upcast('TaskNamed', 3, newest, catalog)).toEqual(newest)
  expect(read(TaskNamed.schema, upcast('TaskNamed', 1, { title: 'the parser' }, catalog)).problems).toEqual([])
})

test('what a build does not know is left alone: a newer version, an unknown type, a name that objects have', () => {
  expect(upcast('TaskNamed', 4, {}, catalog)).toBeUndefined()
  expect(upcast('TaskRenamed', 1, {}, catalog)).toBeUndefined()
  expect(upcast('constructor', 1, {}, catalog)).toBeUndefined()
})

test('fields that a build does not know are kept', () => {
  expect(upcast('TaskNamed', 1, { title: 't', added: [1] }, catalog)).toMatchObject({ added: [1] })
  expect(upcast('TaskOpened', 1, { taskId: 't1', title: 'T', added: 1 })).toEqual({
    taskId: 't1',
    title: 'T',
    added: 1,
  })
})

test('a version without its upcaster cannot be defined', () => {
  expect(() => defineEvent('TaskNamed', 3, () => ({ title: text() }), { 1: (data) => data })).toThrow(
    'no upcaster from version 2',
  )
})

test('each event is listed under its own name, and its schema is strict', () => {
  for (const [name, event] of Object.entries(eventCatalog)) {
    expect(event.type).toBe(name)
    expect(read(event.schema, {}).problems, name).not.toEqual([])
    expect(read(event.schema, { surplus: 1 }).problems, name).toContainEqual({
      path: '',
      problem: 'there is no field surplus',
      isSurplus: true,
    })
  }
})

test('JSON Schemas of all events and commands', () => {
  const events = eventSchemas()
  expect(Object.keys(events)).toEqual(Object.keys(eventCatalog))
  expect(events.MessageAcknowledged).toMatchObject({
    title: 'MessageAcknowledged v1',
    type: 'object',
    required: ['messageId', 'mailbox'],
    additionalProperties: false,
  })
  const commands = commandSchemas()
  expect(Object.keys(commands)).toEqual(Object.keys(commandCatalog))
  expect(commands.ClaimTask).toMatchObject({
    title: 'ClaimTask',
    description: 'Take a task that nobody owns',
    required: ['type', 'taskId'],
    properties: { type: { const: 'ClaimTask' } },
  })
})

// ---- events of a later build, in a hub of this one

/** As another build would write. */
async function write(log: Log, ...events: readonly StoredEvent[]): Promise<void> {
  const fold = createFold(log, { observe: (judged) => proposer.observe(judged), reset: () => undefined })
  const proposer = createProposer(log, fold, {
    durability: 'os',
    patience: 1_000,
    maxCommitBytes: 1_000_000,
    maxCommitEvents: 100,
    clock: Date.now,
    newId: () => `later-${++ids}`,
  })
  await proposer.propose({
    decide: () => ({ by: { kind: 'operator' }, cmd: 'Later', on: {}, events }),
    receipt: () => undefined,
  })
}
let ids = 0

async function hubWithTasks() {
  const log = openMemoryLog()
  const hub = await openHub({ log, create: true, durability: 'os' })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  for (const taskId of ['t1', 't2']) await hub.send({ type: 'OpenTask', taskId, title: 'T', participants: ['a'] })
  return { log, hub }
}

const claim = (taskId: string): Command => ({ type: 'ClaimTask', taskId, sessionId: 'a' })

test.each([
  ['of an unknown type', { s: 'task-t1', t: 'TaskArchived', v: 1, d: {} }],
  ['of a newer version', { s: 'task-t1', t: 'TaskClosed', v: 9, d: { taskId: 't1' } }],
  ['of a shape that its type does not have', { s: 'task-t1', t: 'ParticipantJoined', v: 1, d: null }],
])('an event %s: nobody decides on its stream, everything else goes on', async (_title, event) => {
  const { log, hub } = await hubWithTasks()
  await write(log, event)
  await expect(hub.send(claim('t1'))).rejects.toMatchObject({ code: 'LOG_TOO_NEW', details: { stream: 'task-t1' } })
  expect((await hub.send(claim('t2'))).events).toHaveLength(1)
  expect((await hub.task('t1'))?.title).toBe('T')
})

test.each([
  [
    'a round on a stream of a newer build',
    [
      { s: 'group-a/g', t: 'RoundDispatched', v: 1, d: { groupId: 'a/g', round: 1, items: [{ itemId: 'i' }] } },
      { s: 'group-a/g', t: 'GroupRenamed', v: 1, d: {} },
    ],
  ],
  [
    'a request of nobody',
    [{ s: 'mailbox-session-b', t: 'MessageSent', v: 1, d: { messageId: 'm', from: null, to: [] } }],
  ],
])('what is due of %s holds up nothing else that is', async (_title, events) => {
  const { log, hub } = await hubWithTasks()
  const at = new Date(Date.now() + 300).toISOString()
  await hub.send({ type: 'FormGroup', name: 'g', coordinator: 'a' })
  await hub.send({ type: 'SendMessage', to: 'a', body: 'soon over', expiresAt: at })
  const due = { fanIn: { mode: 'all', needed: 1, deadline: at }, replyBy: at }
  await write(log, ...events.map((event) => ({ ...event, d: { ...event.d, ...due } })))
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(at)), 5_000)

  await hub.sweep()
  expect(await hub.inbox('a').count()).toBe(0)
  // It is told once nothing else is left.
  await expect(hub.sweep()).rejects.toThrow()
})

test('the streams of users are theirs, whatever they call their events', async () => {
  const { log, hub } = await hubWithTasks()
  await write(log, { s: 'x-mine', t: 'TaskClosed', v: 1, d: { taskId: 't1', outcome: 'done', participants: [] } })
  expect((await hub.task('t1'))?.status).toBe('open')
  await hub.send(claim('t1'))
})

test('verify names an event that is not of its shape, and passes over what a later build has added', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ log, create: true, sweepEvery: false, durability: 'os' })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'a task' })
  expect((await hub.verify()).findings).toEqual([])
  const opened = { sessionId: 's1', rootSessionId: 's1', depth: 1 }
  await write(log, { s: 'session-s1', t: 'SessionOpened', v: 1, d: { ...opened, colour: 'red' } })
  expect((await hub.verify()).findings).toEqual([])
  await write(log, { s: 'x-mine', t: 'SessionOpened', v: 1, d: 'as they like' })
  expect((await hub.verify()).findings).toEqual([])
  await write(log, { s: 'session-s2', t: 'SessionOpened', v: 1, d: { ...opened, depth: 'deep' } })
  const { findings } = await hub.verify()
  expect(findings).toMatchObject([{ kind: 'event', message: expect.stringContaining('data.depth') }])
  await hub.close()
})
