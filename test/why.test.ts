/** Why something is as it is: its causal chain in sentences, and those who tried and lost. */
import { describe, expect, test } from 'vitest'
import {
  chainHex,
  decode,
  describeEvent,
  encodeCommit,
  genesisChain,
  openMemoryLog,
  readPages,
  type Command,
  type Draft,
  type Hub,
  type Log,
  type Mark,
  type Receipt,
  type Why,
  type WhySubject,
} from '../src/index.ts'
import { code, disturbed, newHub, session } from './support/disturbed.ts'

const open = (...ids: string[]): Command[] => ids.map((sessionId) => ({ type: 'OpenSession', sessionId }))
const texts = ({ steps }: Why): string[] => steps.map(({ text }) => text)
const voids = ({ steps }: Why) => steps.filter((step) => step.void !== undefined)
const commitOf = ({ commit }: Receipt): string => commit as string
const messageIn = ({ events }: Receipt): string =>
  (events.find(({ type }) => type === 'MessageSent') as { data: { messageId: string } }).data.messageId
const status = (to: 'blocked' | 'in_progress'): Command => ({ type: 'SetTaskStatus', taskId: 't1', status: to })

async function linesOf(log: Log): Promise<string[]> {
  const lines: string[] = []
  for await (const page of readPages(log, 0)) lines.push(...page.map(({ line }) => line.toString()))
  return lines
}

async function prepared(log: Log, ...commands: Command[]): Promise<Hub> {
  const hub = await newHub(log)
  for (const command of commands) await hub.send(command)
  return hub
}

/** A hub whose first append `between` gets in before: what it decides there is void. */
async function overtaken(inner: Log, as: Hub['actor'], between: () => Promise<unknown>): Promise<Hub> {
  const { log, state } = disturbed(inner, async (n) => (n === 1 ? between() : undefined))
  const hub = await newHub(log, { actor: as })
  state.armed = true
  return hub
}

/** Two claim one task at once: coder is first. */
async function claimedTwice() {
  const log = openMemoryLog()
  const hub = await prepared(log, ...open('coder', 'reviewer'), { type: 'OpenTask', taskId: 't1', title: 'Parser' })
  let won: Receipt | undefined
  const late = await overtaken(log, session('reviewer'), async () => {
    won = await hub.as(session('coder')).send({ type: 'ClaimTask', taskId: 't1' })
  })
  const refused = await code(late.send({ type: 'ClaimTask', taskId: 't1' }, { key: 'k1' }))
  return { hub, late, refused, won: won as Receipt }
}

describe('a task', () => {
  test('every change of it, oldest first, with who did it by which command', async () => {
    const hub = await prepared(openMemoryLog(), ...open('planner', 'coder'))
    const planner = hub.as(session('planner'))
    await planner.send({ type: 'OpenTask', taskId: 't1', title: 'Parser', owner: 'planner' })
    await planner.send({ type: 'OpenTask', taskId: 't2', title: 'Another', owner: 'planner' })
    await planner.send({ type: 'SendMessage', to: 'coder', task: 't1', body: 'chatter' })
    await planner.send({ type: 'Handoff', taskId: 't1', to: 'coder', context: 'tests are green' }, { key: 'h1' })
    await planner.send({ type: 'Handoff', taskId: 't2', to: 'coder' })
    await hub.as(session('coder')).send({ type: 'CloseTask', taskId: 't1', outcome: 'done' })

    const why = await hub.why({ task: 't1' })

    expect(why.subject).toBe('task:t1')
    expect(texts(why)).toEqual([
      'task t1 opened: Parser',
      'planner joined task t1',
      'task t1: nobody → planner (opened, epoch 1)',
      'coder joined task t1',
      'task t1: planner → coder (handoff, epoch 2)',
      expect.stringMatching(
        /^handoff \S+ planner → session:coder: session planner hands task t1 over to you: tests are green$/,
      ),
      'task t1 closed (done)',
    ])
    expect(why.steps[4]).toEqual({
      at: expect.any(String) as string,
      by: { kind: 'session', id: 'planner', pid: process.pid },
      commit: why.steps[3]?.commit,
      cmd: 'Handoff',
      key: 'h1',
      text: 'task t1: planner → coder (handoff, epoch 2)',
      position: (why.steps[3]?.position ?? 0) + 1,
      type: 'OwnershipTransferred',
      stream: 'task-t1',
    })
    // What a script stores of it is the same when it is read again.
    expect(JSON.parse(JSON.stringify(why))).toEqual(why)
    const positions = why.steps.map(({ position }) => position ?? 0)
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
  })

  test('whoever tried and lost: to whom, by which command, on which stream', async () => {
    const { hub, refused, won } = await claimedTwice()
    expect(refused).toBe('ALREADY_OWNED')

    const why = await hub.why({ task: 't1' })

    const first = won.events[0]?.position
    expect(texts(why)).toEqual([
      'task t1 opened: Parser',
      'coder joined task t1',
      'task t1: nobody → coder (claimed, epoch 1)',
      `tried: reviewer joined task t1; task t1: nobody → reviewer (claimed, epoch 1) – void: lost to #${first} by coder (ClaimTask), which wrote task-t1`,
    ])
    const [lost, ...more] = voids(why)
    expect(more).toEqual([])
    expect(lost).toMatchObject({
      by: { id: 'reviewer' },
      cmd: 'ClaimTask',
      key: 'k1',
      void: {
        reason: 'conflict',
        stream: 'task-t1',
        lostTo: { position: first, commit: won.commit, by: { id: 'coder' }, cmd: 'ClaimTask' },
      },
    })
    expect(lost).not.toHaveProperty('position')
    expect(lost?.void).not.toHaveProperty('doneIn')
  })

  test('what was done after all: decided again, or sent again under its key, or sent again as it was', async () => {
    const log = openMemoryLog()
    const open1 = { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'coder' } as const
    const hub = await prepared(log, ...open('coder', 'reviewer'), open1)
    const coder = hub.as(session('coder'))
    const takeAway = () => hub.send({ type: 'Handoff', taskId: 't1', to: 'reviewer', force: true, reason: 'r' })
    const giveBack = () => hub.as(session('reviewer')).send({ type: 'Handoff', taskId: 't1', to: 'coder' })
    // Decided again at once, on the new state.
    const again = await overtaken(log, session('coder'), () =>
      hub.as(session('reviewer')).send({ type: 'JoinTask', taskId: 't1' }),
    )
    const { commit } = await again.send(status('in_progress'))
    // Refused the second time, and sent again by its caller later: under the key, which another command has not.
    const keyed = await overtaken(log, session('coder'), takeAway)
    expect(await code(keyed.send(status('blocked'), { key: 'k' }))).toBe('NOT_OWNER')
    await giveBack()
    await coder.send(status('blocked'))
    await coder.send(status('in_progress'))
    const byKey = await coder.send(status('blocked'), { key: 'k' })
    // Without a key the first one alike is taken for it, and no later one.
    const bare = await overtaken(log, session('coder'), takeAway)
    expect(await code(bare.send(status('in_progress')))).toBe('NOT_OWNER')
    await giveBack()
    const bareAgain = await coder.send(status('in_progress'))
    await coder.send(status('blocked'))

    const lost = voids(await hub.why({ task: 't1' }))

    expect(lost).toHaveLength(3)
    expect(lost.map((step) => step.void?.doneIn?.commit)).toEqual([commit, byKey.commit, bareAgain.commit])
    expect(lost[0]?.commit).toBe(commit)
    expect(lost[1]?.commit).not.toBe(byKey.commit)
    expect(lost[2]?.text).toMatch(new RegExp(`; done after all in #${bareAgain.events[0]?.position}$`))
  })

  test('a commit that only relied on the task did not try to change it', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('coder', 'reviewer'), {
      type: 'OpenTask',
      taskId: 't1',
      title: 'T',
      participants: ['coder', 'reviewer'],
    })
    // A broadcast to the task reads who takes part, and writes mailboxes alone.
    const late = await overtaken(log, session('coder'), () =>
      hub.as(session('reviewer')).send({ type: 'LeaveTask', taskId: 't1' }),
    )
    expect(await code(late.send({ type: 'Broadcast', to: 'task:t1', body: 'x' }))).toBe('NO_RECIPIENTS')
    const lines = await linesOf(log)
    expect(lines.filter((line) => line.includes('"cmd":"Broadcast"') && line.includes('"task-t1"'))).toHaveLength(1)
    expect(voids(await hub.why({ task: 't1' }))).toEqual([])
  })
})

describe('a message', () => {
  test('what it answers up the thread, its deliveries and settlements, its answer', async () => {
    const hub = await prepared(openMemoryLog(), ...open('a', 'b', 'c'))
    const [a, b] = [hub.as(session('a')), hub.as(session('b'))]
    const first = messageIn(await a.send({ type: 'SendMessage', to: 'b', body: 'one' }))
    await a.send({ type: 'SendMessage', to: 'b', body: 'unrelated' })
    const second = messageIn(await b.send({ type: 'SendMessage', inReplyTo: first, body: 'two' }))
    const third = messageIn(await a.send({ type: 'SendMessage', inReplyTo: second, body: 'three' }))
    const fourth = messageIn(await b.send({ type: 'SendMessage', inReplyTo: third, body: 'four' }))
    await b.send({ type: 'AcknowledgeMessage', messageIds: [third] })

    expect(texts(await hub.why({ message: third }))).toEqual([
      `message ${first} a → b: one`,
      `message ${second} b → session:a, in reply to ${first}: two`,
      `message ${third} a → session:b, in reply to ${second}: three`,
      `${third} delivered to b`,
      `message ${fourth} b → session:a, in reply to ${third}: four`,
      `${third} acknowledged by b`,
    ])
  })

  test('a dead letter: why, where it was sent again, and who lost the race to send it elsewhere', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a', 'b', 'c'))
    const id = messageIn(await hub.send({ type: 'SendMessage', to: 'a', body: 'x' }))
    await hub.send({ type: 'CloseSession', sessionId: 'a', outcome: 'lost' })
    let won: Receipt | undefined
    const late = await overtaken(log, { kind: 'operator' }, async () => {
      won = await hub.send({ type: 'RequeueDeadLetter', messageId: id, to: 'c' })
    })
    expect(await code(late.send({ type: 'RequeueDeadLetter', messageId: id, to: 'b' }))).toBe('INVALID_TRANSITION')

    const why = await hub.why({ message: id })

    expect(texts(why)).toEqual([
      `message ${id} operator → a: x`,
      `${id} delivered to a`,
      `${id} is a dead letter of a: session a was closed`,
      `dead letter ${id} goes to c`,
      expect.stringMatching(
        new RegExp(
          `^tried: dead letter ${id} goes to b – void: lost to #${won?.events[0]?.position} by operator \\(RequeueDeadLetter\\)`,
        ),
      ),
    ])
  })

  test('one that Baton wrote stands with its cause, and not with what else happened in that commit', async () => {
    const hub = await prepared(openMemoryLog(), ...open('planner', 'coder'))
    const planner = hub.as(session('planner'))
    await planner.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' })
    const handoff = messageIn(await planner.send({ type: 'Handoff', taskId: 't1', to: 'coder' }))
    expect((await hub.why({ message: handoff })).steps.map(({ type, cmd }) => [type, cmd])).toEqual([
      ['ParticipantJoined', 'Handoff'],
      ['OwnershipTransferred', 'Handoff'],
      ['MessageSent', 'Handoff'],
      ['MessageDelivered', 'Handoff'],
    ])
    await planner.send({ type: 'StartRun', runId: 'r', begin: true })
    await planner.send({ type: 'StartRun', runId: 'c', parentRunId: 'r', begin: true })
    const result = messageIn(await planner.send({ type: 'CompleteRun', runId: 'c' }))
    expect((await hub.why({ message: result })).steps.map(({ type }) => type)).toEqual([
      'RunCompleted',
      'MessageSent',
      'MessageDelivered',
    ])
  })
})

const reply = (messageId: string, inReplyTo: string): Draft['events'][number] => ({
  s: 'mailbox-session-a',
  t: 'MessageSent',
  v: 1,
  d: { messageId, from: 'session:a', address: 'b', to: [], kind: 'message', body: 'x', inReplyTo, threadId: 'm1' },
})

test('a thread that a faulty writer made a circle of ends', async () => {
  const log = openMemoryLog()
  const hub = await prepared(log, ...open('a'))
  const draft: Draft = { by: session('a'), cmd: 'Test', on: {}, events: [reply('m1', 'm2'), reply('m2', 'm1')] }
  const { mark: seen } = hub.head
  const stamp = { id: 'c', at: '2026-01-01T00:00:00.000Z', seen, safe: seen }
  await log.append([{ id: 'c', line: encodeCommit(draft, stamp).line }])
  expect((await hub.why({ message: 'm1' })).steps).toHaveLength(2)
})

describe('a run', () => {
  test('up to why its parents are there, down to how its children ended; its places, its merge, its end', async () => {
    const hub = await prepared(openMemoryLog(), ...open('a'))
    const a = hub.as(session('a'))
    await a.send({ type: 'StartRun', runId: 'top', begin: true })
    await a.send({ type: 'StartRun', runId: 'mid', parentRunId: 'top', effectId: 'e0', begin: true })
    await a.send({ type: 'StartRun', runId: 'aside', parentRunId: 'top', begin: true })
    await a.send({
      type: 'StartRun',
      runId: 'r',
      parentRunId: 'mid',
      effectId: 'e1',
      begin: true,
      isolation: { runDir: '/x' },
    })
    await a.send({ type: 'StartRun', runId: 'brother', parentRunId: 'mid', effectId: 'e2' })
    await a.send({ type: 'StartRun', runId: 'child', parentRunId: 'r' })
    await a.send({ type: 'CancelRun', runId: 'child', reason: 'no need' })
    await a.send({ type: 'ReportProgress', runId: 'r', percent: 10 })
    await a.send({ type: 'SuspendRun', runId: 'r', reason: 'breakpoint' })
    await a.send({ type: 'ResumeRun', runId: 'r' })
    await a.send({ type: 'SetState', scope: 'run', id: 'r', set: { x: 1 } })
    await a.send({ type: 'CompleteRun', runId: 'r', result: 1 })
    await a.send({ type: 'MergeChildResult', childRunId: 'r' })

    expect(texts(await hub.why({ run: 'r' }))).toEqual([
      'run top started in a',
      'run mid started in a by run top for effect e0',
      'run r started in a by run mid for effect e1',
      'effect e1 of run mid registered',
      expect.stringMatching(/^run r holds .*x$/),
      'run r began',
      'run r has a child child',
      'child child of run r cancelled',
      'run r waits: breakpoint',
      'run r resumed',
      'run r completed',
      expect.stringMatching(/^run r let go of .*x$/),
      'effect e1 of run mid settled: ok',
      'run r merged into run mid',
    ])
  })

  test('one that ended with another says with which, and why that one ended', async () => {
    const hub = await prepared(openMemoryLog(), ...open('a'))
    await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
    await hub.send({ type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p', begin: true })
    await hub.send({ type: 'FailRun', runId: 'p', reason: 'budget', error: 'no tokens left' })
    expect(texts(await hub.why({ run: 'c' }))).toEqual([
      'run p started in a',
      'run c started in a by run p',
      'run c began',
      'run c cancelled with run p: run p failed',
      'run p failed (budget): no tokens left',
    ])
  })

  test('a void commit that would have changed it: a seed that came too late', async () => {
    const log = openMemoryLog()
    const hub = await prepared(
      log,
      ...open('a'),
      { type: 'StartRun', runId: 'p', sessionId: 'a', begin: true },
      { type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p' },
    )
    const late = await overtaken(log, { kind: 'operator' }, () => hub.send({ type: 'BeginRun', runId: 'c' }))
    expect(await code(late.send({ type: 'SeedChildState', childRunId: 'c', values: { x: 1 } }))).toBe(
      'SEED_AFTER_START',
    )
    expect(voids(await hub.why({ run: 'c' }))).toMatchObject([
      { cmd: 'SeedChildState', void: { reason: 'conflict', stream: 'run-c', lostTo: { cmd: 'BeginRun' } } },
    ])
    // It would have changed the child alone.
    expect(voids(await hub.why({ run: 'p' }))).toEqual([])

    // A report is no step; one that lost is.
    await hub.send({ type: 'ReportProgress', runId: 'p', percent: 1 })
    const slow = await overtaken(log, { kind: 'operator' }, () =>
      hub.send({ type: 'ReportProgress', runId: 'p', percent: 60 }),
    )
    expect(await code(slow.send({ type: 'ReportProgress', runId: 'p', percent: 50 }))).toBe('INVALID_TRANSITION')
    expect((await hub.why({ run: 'p' })).steps.map(({ type, cmd }) => type ?? cmd)).toEqual([
      'RunStarted',
      'RunBegan',
      'ChildRunLinked',
      'ReportProgress',
    ])
  })
})

describe('a session', () => {
  test('opened by whom, closed, in favour of whom, and what moved', async () => {
    const hub = await prepared(openMemoryLog(), ...open('above', 'b'), {
      type: 'OpenSession',
      sessionId: 'a',
      parentSessionId: 'above',
    })
    const id = messageIn(await hub.send({ type: 'SendMessage', to: 'a', body: 'x' }))
    await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'a' })
    await hub.send({ type: 'OpenTask', taskId: 't2', title: 'T', owner: 'b' })
    await hub.as(session('b')).send({ type: 'Handoff', taskId: 't2', to: 'a', mode: 'offer' })
    // What it gave away before and after is no part of its end.
    await hub.send({ type: 'OpenTask', taskId: 't3', title: 'T', owner: 'a' })
    await hub.as(session('a')).send({ type: 'Handoff', taskId: 't3', to: 'b' })
    await hub.as(session('a')).send({ type: 'LeaveTask', taskId: 't3' })
    await hub.send({ type: 'StartRun', runId: 'r', sessionId: 'a', begin: true })
    await hub.send({ type: 'CloseSession', sessionId: 'a', outcome: 'lost', reason: 'crashed', successorId: 'b' })
    await hub.send({ type: 'ReopenSession', sessionId: 'a' })
    const later = messageIn(await hub.send({ type: 'SendMessage', to: 'a', body: 'y' }))
    await hub.send({ type: 'AcknowledgeMessage', messageIds: [later] })
    await hub.as(session('a')).send({ type: 'JoinTask', taskId: 't3' })
    await hub.as(session('a')).send({ type: 'LeaveTask', taskId: 't3' })
    // Somebody else's end, meanwhile and of the like.
    await hub.send({ type: 'OpenTask', taskId: 't4', title: 'T', owner: 'above' })
    await hub.as(session('above')).send({ type: 'Handoff', taskId: 't4', to: 'b', mode: 'offer' })
    await hub.send({ type: 'CloseSession', sessionId: 'b', outcome: 'done' })

    expect(texts(await hub.why({ session: 'a' }))).toEqual([
      'session a opened below above',
      'session a is closing (lost) in favour of b: crashed',
      'run r failed (lost): session a was closed',
      `${id} moved from a to b: session a was closed`,
      // The offer.
      expect.stringMatching(/^\S+ moved from a to b: session a was closed$/),
      'task t1: a → b (succession, epoch 2)',
      'a left task t1: session a was closed',
      'offer of task t2 to a withdrawn: session a was closed',
      'session a closed (lost) in favour of b: crashed',
      'session a opened again',
    ])
    expect(texts(await hub.why({ session: 'b' })).slice(0, 3)).toEqual([
      'session b opened',
      'session a is closing (lost) in favour of b: crashed',
      'session b is closing (done)',
    ])
  })

  test('what others do while it is closing is no part of it', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a', 'b', 'c'), { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'b' })
    const b = hub.as(session('b'))
    await b.send({ type: 'Handoff', taskId: 't1', to: 'c', mode: 'offer' })
    const { log: slow, state } = disturbed(log, async (n) => {
      if (n === 2) await b.send({ type: 'CancelHandoff', taskId: 't1' })
    })
    const closer = await newHub(slow)
    state.armed = true
    await closer.send({ type: 'CloseSession', sessionId: 'a', outcome: 'done' })
    expect(texts(await hub.why({ session: 'a' }))).toEqual([
      'session a opened',
      'session a is closing (done)',
      'session a closed (done)',
    ])
  })

  test('two who open it at once: the second is void', async () => {
    const log = openMemoryLog()
    const hub = await newHub(log)
    const late = await overtaken(log, { kind: 'operator' }, () => hub.send({ type: 'OpenSession', sessionId: 'a' }))
    expect(await code(late.send({ type: 'OpenSession', sessionId: 'a' }))).toBe('SESSION_EXISTS')
    expect(voids(await hub.why({ session: 'a' }))).toMatchObject([
      {
        text: expect.stringMatching(
          /^tried: session a opened – void: lost to #1 by operator \(OpenSession\)/,
        ) as string,
      },
    ])
  })
})

describe('a commit', () => {
  test('who sent what under which key, what it had seen and relied on, what it wrote', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a', 'b'))
    const sent = await hub.as(session('a')).send({ type: 'SendMessage', to: 'b', body: 'x' }, { key: 'k1' })
    const id = messageIn(sent)
    const why = await hub.why({ commit: commitOf(sent) })
    expect(why.subject).toBe(`commit:${sent.commit}`)
    expect(texts(why)).toEqual([
      'a sent SendMessage, under the key k1',
      'it had seen everything up to #2, and relied on session-a at version 1, session-b at version 1',
      `message ${id} a → b: x`,
      `${id} delivered to b`,
      "accepted as #3 to #4, the hub's commit number 3",
    ])
    expect(why.steps.map(({ position }) => position)).toEqual([undefined, undefined, 3, 4, undefined])
    const [, second] = await linesOf(log)
    const { id: first } = JSON.parse(second as string) as { id: string }
    expect(texts(await hub.why({ commit: first }))[1]).toBe(
      'it had seen nothing yet, and relied on session-a at version 0',
    )
  })

  test('one that was void and decided again: both times', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a', 'b'), { type: 'OpenTask', taskId: 't1', title: 'T' })
    const late = await overtaken(log, session('a'), () => hub.as(session('b')).send({ type: 'JoinTask', taskId: 't1' }))
    const { commit } = await late.send({ type: 'JoinTask', taskId: 't1' })
    expect(texts(await hub.why({ commit: commit as string }))).toEqual([
      'a sent JoinTask, without a key',
      expect.stringMatching(/^it had seen everything up to #3, and relied on .*task-t1 at version 1/),
      'tried: a joined task t1 – void: lost to #4 by b (JoinTask), which wrote task-t1; done after all in #5',
      'JoinTask was decided again',
      expect.stringMatching(/^it had seen everything up to #4, and relied on .*task-t1 at version 2/),
      'a joined task t1',
      "accepted as #5, the hub's commit number 5",
    ])
  })

  test('a message that was never sent is not taken for the next one to the same mailbox', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a', 'b'))
    const gone = await overtaken(log, session('a'), async () => {
      await hub.send({ type: 'CloseSession', sessionId: 'b', outcome: 'done' })
    })
    expect(await code(gone.send({ type: 'SendMessage', to: 'b', body: 'one' }))).toBe('SESSION_CLOSED')
    const lost = (await linesOf(log)).map((line) => JSON.parse(line) as { id: string; cmd?: string })
    const { id } = lost.find(({ cmd }) => cmd === 'SendMessage') as { id: string }
    await hub.send({ type: 'ReopenSession', sessionId: 'b' })
    const doneIn = async () => (await hub.why({ commit: id })).steps.at(-1)?.void?.doneIn?.commit
    await hub.as(session('a')).send({ type: 'SendMessage', to: 'b', body: 'two' })
    expect(await doneIn()).toBeUndefined()
    const { commit } = await hub.as(session('a')).send({ type: 'SendMessage', to: 'b', body: 'one' })
    expect(await doneIn()).toBe(commit)
  })

  test('its own second try is certain: no later one that is alike takes its place', async () => {
    const log = openMemoryLog()
    const participants = ['a', 'b', 'c']
    const opened = { type: 'OpenTask', taskId: 't1', title: 'T', participants } as const
    const hub = await prepared(log, ...open('a', 'b', 'c'), opened)
    const c = hub.as(session('c'))
    const late = await overtaken(log, session('a'), () => c.send({ type: 'LeaveTask', taskId: 't1' }))
    // The second time it reaches one mailbox less; a third one, much later, is as the first would have been.
    const { commit } = await late.send({ type: 'Broadcast', to: 'task:t1', body: 'x' })
    await c.send({ type: 'JoinTask', taskId: 't1' })
    await hub.as(session('a')).send({ type: 'Broadcast', to: 'task:t1', body: 'x' })
    const why = await hub.why({ commit: commit as string })
    expect(voids(why).map((step) => step.void?.doneIn?.commit)).toEqual([commit])
  })

  test('one that never counted is found all the same', async () => {
    const { hub } = await claimedTwice()
    const [lost] = voids(await hub.why({ task: 't1' }))
    const why = await hub.why({ commit: lost?.commit as string })
    expect(why.steps.map((step) => step.void?.reason)).toEqual([undefined, undefined, 'conflict'])
    expect(why.steps[2]).toEqual(lost)
  })

  test('without an event: a keyed command that had nothing to do', async () => {
    const hub = await prepared(openMemoryLog(), ...open('a', 'b'))
    const id = messageIn(await hub.send({ type: 'SendMessage', to: 'a', body: 'x' }))
    await hub.send({ type: 'AcknowledgeMessage', messageIds: [id] })
    const { commit } = await hub.send({ type: 'AcknowledgeMessage', messageIds: [id] }, { key: 'k' })
    expect(texts(await hub.why({ commit: commit as string })).at(-1)).toBe(
      "accepted with nothing to write, the hub's commit number 5",
    )
  })

  test('the same line twice, a key used twice, and one that had seen another history', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a'))
    const draft: Draft = {
      by: { kind: 'session', id: 'a' },
      cmd: 'SetState',
      key: 'k',
      fp: 'f',
      on: {},
      events: [{ s: 'state-a', t: 'StateChanged', v: 1, d: { scope: 'session', id: 'a', set: { x: 1 }, remove: [] } }],
    }
    const { mark } = hub.head
    const genesis = decode(Buffer.from((await linesOf(log))[0] as string))
    const safe: Mark = [0, genesis.kind === 'genesis' ? chainHex(genesisChain(genesis.genesis.crc)) : '']
    const at = '2026-01-01T00:00:00.000Z'
    const line = (id: string): Buffer => encodeCommit(draft, { id, at, seen: mark, safe }).line
    const foreign = encodeCommit(draft, { id: 'other', at, seen: [mark[0], '0'.repeat(16)], safe }).line
    await log.append([
      { id: 'one', line: line('one') },
      { id: 'one', line: line('one') },
      { id: 'two', line: line('two') },
      { id: 'other', line: foreign },
    ])
    const last = async (id: string) => (await hub.why({ commit: id })).steps.at(-1)
    expect((await hub.why({ commit: 'one' })).steps).toHaveLength(5)
    expect(await last('one')).toMatchObject({
      text: 'tried: state of session a: x – void: written twice, it counts as #2',
      void: { reason: 'duplicate', lostTo: { position: 2 } },
    })
    expect(await last('two')).toMatchObject({
      text: 'tried: state of session a: x – void: its key stands for #2 by a (SetState)',
      void: { reason: 'duplicate' },
    })
    expect(await last('other')).toMatchObject({ void: { reason: 'orphaned' } })
    expect((await last('other'))?.text).toMatch(/it relied on commits that a power cut took/)
  })

  test('one that had seen what is older than the window', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('a'))
    const { mark } = hub.head
    const draft: Draft = {
      by: { kind: 'operator' },
      cmd: 'Test',
      on: {},
      events: [{ s: 'task-t1', t: 'TaskOpened', v: 1, d: { taskId: 't1', title: 'late' } }],
    }
    for (let i = 0; i < 1_100; i++) await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { i } })
    await log.append([
      {
        id: 'old',
        line: encodeCommit(draft, { id: 'old', at: '2026-01-01T00:00:00.000Z', seen: mark, safe: mark }).line,
      },
    ])
    await hub.send({ type: 'OpenTask', taskId: 't1', title: 'in time' })
    expect(voids(await hub.why({ task: 't1' }))).toMatchObject([
      {
        text: 'tried: task t1 opened: late – void: what it had seen was more than 1024 commits old',
        void: { reason: 'stale' },
      },
    ])
    expect(texts(await hub.why({ commit: 'old' }))[1]).toBe(
      'it had seen a history of commits up to number 1, and relied on nothing',
    )
    // Among a thousand others that came and went, the one that it lost to is still named.
    const late = await overtaken(log, { kind: 'operator' }, () =>
      hub.send({ type: 'CloseTask', taskId: 't1', outcome: 'done' }),
    )
    expect(await code(late.send({ type: 'CloseTask', taskId: 't1', outcome: 'failed' }))).toBe('TASK_CLOSED')
    expect(voids(await hub.why({ task: 't1' })).at(-1)).toMatchObject({
      void: { lostTo: { cmd: 'CloseTask', position: 1_103 } },
    })
  })
})

describe('what is not there', () => {
  test('each kind is refused with its own code, and with the nearest names', async () => {
    const hub = await prepared(openMemoryLog(), ...open('planner'), { type: 'OpenTask', taskId: 'parser', title: 'T' })
    await hub.send({ type: 'StartRun', runId: 'build', sessionId: 'planner' })
    const refusal = (subject: object) =>
      hub.why(subject as WhySubject).then(
        () => undefined,
        (error: { code: string; details: { nearest?: string[] } }) => [error.code, error.details.nearest],
      )
    expect(await refusal({ task: 'parsr' })).toEqual(['UNKNOWN_TASK', ['parser']])
    expect(await refusal({ session: 'plannr' })).toEqual(['UNKNOWN_SESSION', ['planner']])
    expect(await refusal({ run: 'buidl' })).toEqual(['UNKNOWN_RUN', ['build']])
    expect(await refusal({ message: 'm' })).toEqual(['UNKNOWN_MESSAGE', undefined])
    expect(await refusal({ commit: 'c' })).toEqual(['UNKNOWN_COMMIT', undefined])
    for (const wrong of [{}, { task: 1 }, { task: 'parser', run: 'r' }, { thread: 'x' }]) {
      expect(await refusal(wrong)).toEqual(['INVALID_COMMAND', undefined])
    }
  })

  test('the answer waits for the position that it has to show, and can be given up', async () => {
    const log = openMemoryLog()
    const [one, two] = [await newHub(log), await newHub(log)]
    const { position } = await one.send({ type: 'OpenTask', taskId: 't1', title: 'T' })
    const waiting = two.why({ task: 't1' }, { atLeast: position + 1 })
    await one.send({ type: 'SetTaskStatus', taskId: 't1', status: 'in_progress' })
    expect(texts(await waiting)).toEqual(['task t1 opened: T', 'task t1 open → in_progress'])
    await expect(two.why({ task: 't1' }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})

test('events of users’ own streams are not taken for ours, whatever they are called', async () => {
  const log = openMemoryLog()
  const hub = await prepared(log, ...open('a'))
  const id = messageIn(await hub.send({ type: 'SendMessage', to: 'a', body: 'x' }))
  const settled = { s: 'x-mine', t: 'MessageAcknowledged', v: 1, d: { messageId: id, mailbox: 'session:a' } }
  const draft: Draft = { by: { kind: 'operator' }, cmd: 'Mine', on: {}, events: [settled] }
  const { mark: seen } = hub.head
  const at = '2026-01-01T00:00:00.000Z'
  const line = encodeCommit(draft, { id: 'mine', at, seen, safe: seen }).line
  const lost = encodeCommit({ ...draft, on: { 'x-mine': 0 } }, { id: 'lost', at, seen, safe: seen }).line
  await log.append([
    { id: 'mine', line },
    { id: 'lost', line: lost },
  ])
  expect((await hub.why({ message: id })).steps.map(({ type }) => type)).toEqual(['MessageSent', 'MessageDelivered'])
  expect(texts(await hub.why({ commit: 'mine' }))).toContain('x-mine: MessageAcknowledged')
  expect(voids(await hub.why({ commit: 'lost' }))).toHaveLength(1)
})

test('a sentence for whatever comes: an unknown event as it stands, on one line', () => {
  expect(describeEvent('TaskOpened', { taskId: 't1', title: 'two\nlines' })).toBe('task t1 opened: two lines')
  expect(describeEvent('Unheard', { of: 1 })).toBe('Unheard {"of":1}')
  expect(describeEvent('TaskOpened', null)).toBe('TaskOpened null')
  expect(describeEvent('toString', undefined)).toBe('toString')
})

describe('a group', () => {
  test('its life with its items, and who settled one too late to count', async () => {
    const log = openMemoryLog()
    const hub = await prepared(log, ...open('planner', 'coder'), {
      type: 'FormGroup',
      name: 'crew',
      coordinator: 'planner',
      members: ['coder'],
    })
    await hub.send({ type: 'DispatchRound', group: 'crew', items: [{ itemId: 'a', session: 'coder' }] })
    const settle: Command = { type: 'SettleItem', group: 'planner/crew', itemId: 'a', outcome: 'ok' }
    let won: Receipt | undefined
    const late = await overtaken(log, session('planner'), async () => {
      won = await hub.as(session('coder')).send(settle)
    })
    expect(await code(late.send(settle))).toBe('INVALID_TRANSITION')
    const why = await hub.why({ group: 'planner/crew' })
    expect(texts(why)).toEqual([
      'group planner/crew formed by planner with 1 member',
      'round 1 of group planner/crew: 1 item, all',
      'item a of group planner/crew ok',
      'round 1 of group planner/crew complete: 1 in, 0 missing',
      expect.stringMatching(/^tried: item a of group planner\/crew ok.*void: lost to #\d+ by coder \(SettleItem\)/),
    ])
    expect(voids(why)).toMatchObject([{ void: { reason: 'conflict', lostTo: { commit: won?.commit } } }])
    expect(await code(hub.why({ group: 'planner/none' }))).toBe('UNKNOWN_GROUP')
  })
})
