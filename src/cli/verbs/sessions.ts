import type { SessionView } from '../../index.ts'
import { theSession } from '../named.ts'
import { AT } from '../moments.ts'
import { ago, bold, columns, dim, oneLine, type Look } from '../print.ts'
import { coloured, facts, one } from '../show.ts'
import type { Verb } from '../verb.ts'

export const sessionList: Verb = {
  name: 'session list',
  summary: 'All sessions',
  usage: '',
  options: () => ({ all: { type: 'boolean', about: 'the closed ones too' }, ...AT }),
  examples: ['baton session list'],
  async run({ given, look, reader }) {
    const all = await (await reader()).sessions()
    const shown = given['all'] === true ? all : all.filter(({ status }) => status !== 'closed')
    return {
      json: shown,
      text: shown.length === 0 ? 'no session is open' : columns(shown.map((s) => sessionRow(s, look))),
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
  summary: 'One session with what it holds',
  usage: '<session>',
  options: () => AT,
  examples: ['baton session show coder'],
  async run({ positionals, look, reader }) {
    const id = one(positionals, 'session')
    const hub = await reader()
    const session = await theSession(hub, id)
    return { json: session, text: facts({ ...session }, look) }
  },
}
