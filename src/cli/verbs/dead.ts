import { AT } from '../moments.ts'
import { ago, bold, columns, dim, oneLine } from '../print.ts'
import type { Verb } from '../verb.ts'

export const deadList: Verb = {
  name: 'dead list',
  summary: 'What reached nobody, why, and what to do about it',
  usage: '',
  options: () => AT,
  examples: ['baton dead list', 'baton dead list --json'],
  async run({ look, reader }) {
    const hub = await reader()
    const letters = await hub.deadLetters()
    const rows = letters.map(({ messageId, mailbox, reason, at, from, kind, subject }) => [
      dim(messageId, look),
      ago(at, look),
      `${bold(from.replace(/^session:/, ''), look)} → ${mailbox.replace(/^session:/, '')}`,
      oneLine(reason),
      kind === 'message' ? '' : dim(kind, look),
      subject === undefined ? '' : oneLine(subject, 40),
    ])
    const cure = 'Deliver one after all: baton dead requeue <message> [--to <address>]; give it up: baton dead discard'
    return { json: letters, text: letters.length === 0 ? 'no dead letters' : `${columns(rows)}\n${dim(cure, look)}` }
  },
}
