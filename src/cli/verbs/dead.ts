import { AT } from '../moments.ts'
import { page, PAGE, table } from '../paging.ts'
import { ago, bold, dim, oneLine } from '../print.ts'
import type { VerbBody } from '../verb.ts'

export const deadList: VerbBody = {
  options: () => ({ ...PAGE, ...AT }),
  examples: ['baton dead list', 'baton dead list --reverse -n 10 --json'],
  async run({ given, look, reader }) {
    const hub = await reader()
    const found = await page(given, hub.deadLetters)
    const { items: letters } = found
    const rows = letters.map(({ messageId, mailbox, reason, at, from, kind, subject }) => [
      dim(messageId, look),
      ago(at, look),
      `${bold(from.replace(/^session:/, ''), look)} → ${mailbox.replace(/^session:/, '')}`,
      oneLine(reason),
      kind === 'message' ? '' : dim(kind, look),
      subject === undefined ? '' : oneLine(subject, 40),
    ])
    const cure = 'Deliver one after all: baton dead requeue <message> [--to <address>]; give it up: baton dead discard'
    return {
      json: letters,
      text: letters.length === 0 ? 'no dead letters' : `${table(rows, found, look)}\n${dim(cure, look)}`,
    }
  },
}
