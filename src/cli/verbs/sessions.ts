import type { SessionView } from '../../index.ts'
import { theSession } from '../named.ts'
import { AT } from '../moments.ts'
import { page, PAGE, table } from '../paging.ts'
import { ago, bold, dim, oneLine, type Look } from '../print.ts'
import { coloured, facts } from '../show.ts'
import type { Verb } from '../verb.ts'

export const sessionList: Verb = {
  name: 'session list',
  summary: 'Who is there, with what waits and what they own',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' }, ...PAGE, ...AT }),
  examples: ['baton session list', 'baton session list --all --reverse -n 20'],
  async run({ given, look, reader }) {
    const hub = await reader()
    const found = await page(given, (options) => hub.sessions({ ...options, onlyOpen: given['all'] !== true }))
    const { items: shown } = found
    return {
      json: shown,
      text:
        shown.length === 0
          ? given['all'] === true
            ? 'no session is there'
            : 'no session is open'
          : table(
              shown.map((s) => sessionRow(s, look)),
              found,
              look,
            ),
    }
  },
}

const sessionRow = (s: SessionView, look: Look): string[] => [
  bold(s.id, look),
  coloured(s.status, look),
  s.label === undefined ? '' : oneLine(s.label, 40),
  s.waiting === 0 ? '' : `${s.waiting} waiting`,
  s.owns.length === 0 ? '' : `owns ${s.owns.join(', ')}`,
  dim(ago(s.openedAt, look), look),
]

export const sessionShow: Verb = {
  name: 'session show',
  summary: 'One session, with what it holds',
  usage: '<session>',
  options: () => AT,
  examples: ['baton session show coder', 'baton session show coder --at 1h --json'],
  async run({ positionals, look, reader }) {
    const [id = ''] = positionals
    const hub = await reader()
    const session = await theSession(hub, id)
    return { json: session, text: facts({ ...session }, look) }
  },
}
