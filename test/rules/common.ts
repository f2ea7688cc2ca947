/** The refusals that every command has. */
import { commandSchemas, type CommandType } from '../../src/index.ts'
import type { Accepted, Refused } from './cases.ts'
import { by, close, complete, sessions, start } from './setting.ts'

/** What every command refuses: its first accepted case, misspelt or by somebody who cannot act. */
export function commonRefusals(type: CommandType, first: Accepted | undefined): Refused[] {
  if (first === undefined) return []
  const { given = [], limits = {}, when } = first
  const asked = { limits, when: { ...when } }
  const somebody = [...given, ...sessions('gone', 'outsider', 'other'), close('gone')]
  const runs = [...somebody, start('ended', 'outsider'), complete('ended'), start('elsewhere', 'other')]
  return [
    {
      ...asked,
      name: 'an unknown field',
      given,
      when: { ...when, nonsense: true },
      rejects: 'INVALID_COMMAND',
    },
    ...badIds(type).map((bad): Refused => ({
      ...asked,
      name: 'an id that is none',
      given,
      when: { ...when, ...bad },
      rejects: 'BAD_ID',
    })),
    { ...asked, name: 'by a session that is not there', given, as: by('nobody'), rejects: 'UNKNOWN_SESSION' },
    { ...asked, name: 'by a closed session', given: somebody, as: by('gone'), rejects: 'SESSION_CLOSED' },
    {
      ...asked,
      name: 'by a run that is not there',
      given: runs,
      as: by('outsider', 'nothing'),
      rejects: 'UNKNOWN_RUN',
    },
    {
      ...asked,
      name: "by another session's run",
      given: runs,
      as: by('outsider', 'elsewhere'),
      rejects: 'UNKNOWN_RUN',
    },
    { ...asked, name: 'by a run that has ended', given: runs, as: by('outsider', 'ended'), rejects: 'RUN_TERMINAL' },
  ]
}

const ID_FIELDS = [
  'sessionId',
  'runId',
  'childRunId',
  'taskId',
  'messageId',
  'messageIds',
  'id',
  'task',
  'name',
  'group',
]

/** Time takes no ids. */
function badIds(type: CommandType): Record<string, unknown>[] {
  if (type === 'ExpireDue') return []
  const { properties } = commandSchemas()[type] as { properties: Record<string, { type?: string }> }
  const field = ID_FIELDS.find((name) => name in properties)
  if (field === undefined) throw new Error(`${type} has no field that holds an id`)
  return [{ [field]: properties[field]?.type === 'array' ? ['../x'] : '../x' }]
}
