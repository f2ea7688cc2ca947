import { duration, text, value } from '../values.ts'
import { bold, dim, visible } from '../print.ts'
import { UsageError } from '../usage.ts'
import type { VerbBody } from '../verb.ts'

export const request: VerbBody = {
  options: () => ({
    within: { type: 'string', value: '30s', about: 'how long to wait for it (30s)' },
    task: { type: 'string', value: 'task', about: 'the task that it is about' },
    kind: { type: 'string', value: 'kind', about: 'what sort of question' },
    subject: { type: 'string', value: 'text', about: 'in a few words' },
    data: { type: 'string', value: 'json|@file', about: 'beside the text' },
    ack: { type: 'boolean', about: 'acknowledge the answer once it is shown' },
  }),
  examples: [
    'baton request coder "which schema?" --ack --as planner',
    'baton request reviewer "may I merge?" --within 10m --as coder',
  ],
  waits: () => true,
  async run(asked) {
    const { positionals, given, look, hub } = asked
    const [to = '', body] = positionals
    if ((body ?? '') === '' && given['subject'] === undefined && given['data'] === undefined) {
      throw new UsageError('there is nothing to ask', 'Give a text, - to read it from stdin, a --subject, or --data.')
    }
    const { task, kind, subject, data, key } = given
    // Before it can be told to stop: nobody could be told while stdin takes its time.
    const words = body === undefined ? '' : text(body)
    const open = await hub()
    const answer = await open.request(
      {
        to,
        body: words,
        ...(typeof task === 'string' && { task }),
        ...(typeof kind === 'string' && { kind }),
        ...(typeof subject === 'string' && { subject }),
        ...(typeof data === 'string' && { data: value(data) }),
      },
      {
        replyWithin: duration(typeof given['within'] === 'string' ? given['within'] : '30s'),
        signal: asked.signal,
        ...(typeof key === 'string' && { key }),
      },
    )
    const { ack, ...json } = answer
    const from = json.from.replace(/^session:/, '')
    return {
      json,
      text: [`${bold(from, look)}  ${dim(json.id, look)}`, visible(json.body || (json.subject ?? ''))].join('\n'),
      ...(given['ack'] === true && { afterwards: () => ack() }),
    }
  },
}
