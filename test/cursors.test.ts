/** Where a subscriber left off is a place in one history: another one is told from it. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { backup, openHub, openMemoryLog, restore, type Hub, type Log } from '../src/index.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { sessionActor } from './support/agents.ts'
import { scratch } from './support/scratch.ts'

const dir = scratch()

async function filled(log: { log: Log } | { dir: string }, messages: number, name = 'message'): Promise<Hub> {
  const hub = await openHub({ ...log, create: true, durability: 'os', sweepEvery: false })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenSession', sessionId: 'b' })
  for (let i = 0; i < messages; i++) await hub.send({ type: 'SendMessage', to: 'a', body: `${name} ${i}` })
  return hub
}

const cursorsOf = async (hub: Hub): Promise<string[]> => (await hub.inbox('a').list()).map(({ cursor }) => cursor)

/** What is handed out first, or the code that it is refused with. */
async function first(hub: Hub, after: string | number): Promise<string> {
  const signal = AbortSignal.timeout(300)
  try {
    for await (const { body } of hub.inbox('a').subscribe({ after, signal })) return body
    return 'nothing'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** The same, of whatever else takes a cursor. */
async function others(hub: Hub, after: string | number): Promise<string[]> {
  const ways: (() => Promise<unknown>)[] = [
    () => hub.log({ after })[Symbol.asyncIterator]().next(),
    () => hub.log({ after, follow: true })[Symbol.asyncIterator]().next(),
    () => hub.inbox('a').list({ after }),
    () => hub.inbox('a').list({ before: typeof after === 'number' ? `${after}.00000000` : after }),
    () => hub.history({ session: 'a' }, { after }),
    () => hub.search('message', { after })[Symbol.asyncIterator]().next(),
    () => hub.sessions({ after }),
    () => hub.deadLetters({ after }),
  ]
  return Promise.all(
    ways.map((ask) =>
      ask().then(
        () => 'fine',
        (error: { code: string }) => error.code,
      ),
    ),
  )
}

test('a cursor goes on behind what it came with, as does its position', async () => {
  const hub = await filled({ log: openMemoryLog() }, 5)
  const messages = await hub.inbox('a').list()
  for (const [i, { cursor, position }] of messages.entries()) {
    const next = messages[i + 1]?.body ?? 'nothing'
    expect([await first(hub, cursor), await first(hub, position)]).toEqual([next, next])
  }
  const middle = messages[2]?.cursor ?? ''
  const bodies = async (options: object): Promise<string[]> =>
    (await hub.inbox('a').list(options)).map(({ body }) => body)
  expect(await bodies({ after: middle })).toEqual(['message 3', 'message 4'])
  expect(await bodies({ before: middle, direction: 'backward' })).toEqual(['message 1', 'message 0'])
  expect(await others(hub, middle)).toEqual(Array(8).fill('fine'))
  // The log's events have them too, those of a commit with several each its own.
  for await (const { cursor, position } of hub.log({ after: 2 })) {
    for await (const event of hub.log({ after: cursor })) {
      expect(event.position).toBe(position + 1)
      break
    }
  }
})

test('a message that was moved on has the cursor of where it came, not of where it was sent', async () => {
  const hub = await filled({ log: openMemoryLog() }, 2)
  await hub.send({ type: 'CloseSession', sessionId: 'a', outcome: 'done', successorId: 'b' })
  const [moved, ...rest] = await hub.inbox('b').list()
  expect([moved?.body, rest.length]).toEqual(['message 0', 1])
  expect((await hub.inbox('b').list({ after: moved?.cursor ?? '' })).map(({ body }) => body)).toEqual(['message 1'])
  expect((await hub.commit(moved?.position ?? 0))?.cmd).toBe('CloseSession')
})

test('on another hub it is lost, as long as that one is', async () => {
  const [one, other] = [await filled({ log: openMemoryLog() }, 5), await filled({ log: openMemoryLog() }, 9)]
  for (const cursor of await cursorsOf(one)) {
    expect(await first(other, cursor)).toBe('CURSOR_LOST')
    expect(await others(other, cursor)).toEqual(Array(8).fill('CURSOR_LOST'))
  }
  const beyond = one.head.position + 1
  expect(await first(one, beyond)).toBe('CURSOR_LOST')
  await expect(one.inbox('a').list({ after: beyond })).rejects.toMatchObject({
    code: 'CURSOR_LOST',
    details: { cursor: beyond, position: beyond, end: beyond - 1 },
    hint: expect.stringContaining('Begin without it') as string,
  })
  expect(await first(one, 'nonsense')).toBe('INVALID_COMMAND')
})

test('a copy of the same log knows it; a restored one does not, and goes on from the position', async () => {
  const [from, copy, back] = [path.join(dir(), '.baton'), path.join(dir(), 'copy'), path.join(dir(), '.baton')]
  const hub = await filled({ dir: from }, 5)
  const cursors = await cursorsOf(hub)
  await hub.close()
  await backup(from, copy)
  await restore(copy, back)
  const restored = await openHub({ dir: back, sweepEvery: false })
  for (const cursor of cursors.slice(0, 3)) expect(await first(restored, cursor)).toBe('CURSOR_LOST')
  expect(await first(restored, Number.parseInt(cursors[2] ?? '', 10))).toBe('message 3')
  await restored.close()
})

test('a log that was cut before it has lost it, also when others have written there since', async () => {
  const hubDir = path.join(dir(), '.baton')
  const hub = await filled({ dir: hubDir }, 6)
  const cursors = await cursorsOf(hub)
  const second = (await hub.commit(Number.parseInt(cursors[2] ?? '', 10)))?.id ?? ''
  await hub.close()
  const bytes = fs.readFileSync(logFile(hubDir))
  fs.writeFileSync(logFile(hubDir), bytes.subarray(0, bytes.indexOf('\n', bytes.indexOf(second)) + 1))

  const cut = await openHub({ dir: hubDir, sweepEvery: false })
  expect(await first(cut, cursors[1] ?? '')).toBe('message 2')
  for (const cursor of cursors.slice(3)) expect(await first(cut, cursor)).toBe('CURSOR_LOST')
  for (let i = 0; i < 5; i++) await cut.as(sessionActor('b')).send({ type: 'SendMessage', to: 'a', body: `other ${i}` })
  for (const cursor of cursors.slice(3)) expect(await first(cut, cursor)).toBe('CURSOR_LOST')
  expect(await first(cut, cursors[2] ?? '')).toBe('other 0')
  await cut.close()
})
