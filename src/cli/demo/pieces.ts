/** What is to be done for each piece. A step stands for what takes an agent minutes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventData, Hub, MessageView, ReceiptEvent } from '../../index.ts'
import { ANSWER_WITHIN, CREW, HALF, KIND, RELEASE } from './cast.ts'

const STEP_MS = 300

/** A run at work, for whoever does it. */
interface Job {
  readonly runId: string
  /** One step of its piece; what an earlier run had done already is not done again. */
  readonly step: (name: string) => Promise<void>
  /** Keeps what is done so far, under a name; where nothing is new since the seed, that is kept already. */
  readonly checkpoint: (label: string) => Promise<void>
  readonly askOperator: (body: string) => Promise<MessageView>
  readonly askColleague: (about: string, body: string) => Promise<MessageView>
  readonly tellCrew: (body: string) => Promise<void>
  /** Adds to the tokens that the run was seeded with. */
  readonly addToken: (token: string) => Promise<void>
}

interface Piece {
  readonly steps: readonly string[]
  /** What whoever asks about it is told. */
  readonly tells: string
  readonly work: (job: Job) => Promise<void>
}

const PIECES: Readonly<Record<string, Piece>> = {
  lexer: {
    steps: ['names', 'numbers', 'strings', 'spaces'],
    tells: 'names, numbers and strings',
    async work({ step, checkpoint, askOperator, addToken }) {
      await step('names')
      await step('numbers')
      await checkpoint(HALF)
      await askOperator('do strings go in?')
      await step('strings')
      await addToken('string')
      await step('spaces')
    },
  },
  parser: {
    steps: ['terms', 'blocks', 'arrows', 'errors'],
    tells: 'terms, blocks and arrows',
    async work({ step, askColleague, addToken }) {
      await step('terms')
      await askColleague('lexer', 'which tokens will there be?')
      await step('blocks')
      await step('arrows')
      await addToken('arrow')
      await step('errors')
    },
  },
  printer: {
    steps: ['indents', 'line breaks', 'comments'],
    tells: 'indents and line breaks',
    async work({ step, tellCrew }) {
      await step('indents')
      await step('line breaks')
      await step('comments')
      await tellCrew('the printer is as good as done')
    },
  },
}

/** From where the run's seed says that it stands, to its end. */
export async function serve(hub: Hub, name: string, runId: string, signal: AbortSignal): Promise<void> {
  const { effectId = '' } = (await hub.runs.get(runId)) ?? {}
  const piece = PIECES[effectId]
  if (piece === undefined) throw new Error(`nobody knows how to do ${effectId}`)
  const me = hub.as({ kind: 'session', id: name, run: runId })
  const { values } = await hub.state(runId).get()
  const done = [...((values[effectId] as string[] | undefined) ?? [])]
  const seeded = done.length
  const write = (set: Record<string, unknown>): Promise<unknown> =>
    me.send({ type: 'SetState', scope: 'run', id: runId, set })

  await piece.work({
    runId,
    async step(step) {
      if (done.includes(step)) return
      await sleep(STEP_MS, undefined, { signal })
      done.push(step)
      const percent = Math.round((100 * done.length) / piece.steps.length)
      await me.send({ type: 'ReportProgress', runId, percent, step })
    },
    async checkpoint(label) {
      if (done.length === seeded) return
      await write({ [effectId]: [...done] })
      await me.send({ type: 'CheckpointRun', runId, label })
    },
    async askOperator(body) {
      const { events } = await me.send({ type: 'SendMessage', to: 'operator', kind: KIND.question, body })
      const [{ data }] = events as [ReceiptEvent]
      const { messageId } = data as EventData<'MessageSent'>
      const find = async (): Promise<MessageView | undefined> =>
        (await me.inbox().list({ kind: KIND.answer })).find(({ inReplyTo }) => inReplyTo === messageId)
      const answer = await hub.until(find, { signal })
      await me.inbox().ack(answer.id)
      return answer
    },
    async askColleague(about, body) {
      const to = `effect:${RELEASE}/${about}`
      const question = { to, kind: KIND.question, body, data: { about } }
      const answer = await me.request(question, { replyWithin: ANSWER_WITHIN, signal })
      await answer.ack()
      return answer
    },
    async tellCrew(body) {
      await me.send({ type: 'Broadcast', to: `group:${CREW}`, kind: KIND.news, body })
    },
    async addToken(token) {
      await write({ tokens: [...((values['tokens'] as string[] | undefined) ?? []), token] })
    },
  })
  await write({ [effectId]: [...done] })
  await me.send({ type: 'CompleteRun', runId, result: { steps: done.length, tells: piece.tells } })
}
