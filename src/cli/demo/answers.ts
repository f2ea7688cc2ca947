/** Questions about a piece of work: whoever is asked answers once that piece is done, by whomever. */
import type { Hub, ReceivedMessage } from '../../index.ts'
import { KIND, RELEASE } from './cast.ts'

export interface Answers {
  /** Aborted when the story is over, or when an answer failed. */
  readonly signal: AbortSignal
  /** Answers it when it can be answered; what else comes goes on meanwhile. */
  readonly to: (question: ReceivedMessage) => void
  /** Beside the answers: whatever else goes on meanwhile. */
  readonly meanwhile: (job: Promise<void>) => void
  /** When all of them are through; throws what went wrong. */
  readonly done: () => Promise<void>
}

export function answers(hub: Hub, story: AbortSignal): Answers {
  const broken = new AbortController()
  const signal = AbortSignal.any([story, broken.signal])
  const jobs: Promise<void>[] = []
  const meanwhile = (job: Promise<void>): void => {
    jobs.push(
      job.catch((error: unknown) => {
        broken.abort(error)
      }),
    )
  }

  async function answer(question: ReceivedMessage): Promise<void> {
    const { about } = question.data as { readonly about: string }
    const tells = await hub.until(
      async () => {
        const { outcome, result } = (await hub.runs.get(RELEASE))?.effects[about] ?? {}
        return outcome === 'ok' ? (result as { readonly tells?: string }) : undefined
      },
      { signal },
    )
    await hub.send({
      type: 'SendMessage',
      inReplyTo: question.id,
      kind: KIND.answer,
      body: tells.tells ?? 'nothing to tell',
    })
    await question.ack()
  }

  return {
    signal,
    meanwhile,
    to: (question) => meanwhile(answer(question)),
    async done() {
      await Promise.all(jobs)
      broken.signal.throwIfAborted()
    },
  }
}
