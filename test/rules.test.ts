/** Every command: what it does, what it refuses, and that the tables are complete. */
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { commandCatalog, type CommandType, type ErrorCode } from '../src/index.ts'
import { isAccepted, playAccepted, playRefused, reliedOnBy, type Accepted, type Refused } from './rules/cases.ts'
import { acknowledgeCases } from './rules/acknowledge.ts'
import { addressCases } from './rules/addresses.ts'
import { broadcastCases } from './rules/broadcast.ts'
import { closeSessionMoveCases } from './rules/close-session-moves.ts'
import { closeSessionCases } from './rules/close-session.ts'
import { commonRefusals } from './rules/common.ts'
import { deadlineCases } from './rules/deadlines.ts'
import { deadLetterCases } from './rules/dead-letters.ts'
import { effectCases } from './rules/effects.ts'
import { endOfRunCases } from './rules/end-of-runs.ts'
import { expireDueCases } from './rules/expire-due.ts'
import { groupAddressCases } from './rules/group-addresses.ts'
import { groupCases } from './rules/groups.ts'
import { handoffCases } from './rules/handoff.ts'
import { mergeConflictCases } from './rules/merge-conflicts.ts'
import { mergeCases } from './rules/merge.ts'
import { messageCases } from './rules/messages.ts'
import { offerCases } from './rules/offers.ts'
import { ownershipCases } from './rules/ownership.ts'
import { progressCases } from './rules/progress.ts'
import { requestCases } from './rules/requests.ts'
import { roundCases } from './rules/rounds.ts'
import { runCases } from './rules/runs.ts'
import { settleItemCases } from './rules/settle-items.ts'
import { seedCases } from './rules/seed.ts'
import { sessionCases } from './rules/sessions.ts'
import { stateCases } from './rules/state.ts'
import { taskCases } from './rules/tasks.ts'

const cases = [
  ...sessionCases,
  ...closeSessionCases,
  ...closeSessionMoveCases,
  ...runCases,
  ...progressCases,
  ...endOfRunCases,
  ...stateCases,
  ...seedCases,
  ...mergeCases,
  ...mergeConflictCases,
  ...taskCases,
  ...ownershipCases,
  ...handoffCases,
  ...offerCases,
  ...messageCases,
  ...addressCases,
  ...broadcastCases,
  ...acknowledgeCases,
  ...deadlineCases,
  ...deadLetterCases,
  ...groupCases,
  ...roundCases,
  ...settleItemCases,
  ...effectCases,
  ...groupAddressCases,
  ...requestCases,
  ...expireDueCases,
]
const commands = Object.keys(commandCatalog) as CommandType[]
const acceptedOf = (type: CommandType): Accepted[] => cases.filter(isAccepted).filter(({ when }) => when.type === type)

const refusedOf = (type: CommandType): Refused[] => [
  ...cases.filter((rule): rule is Refused => !isAccepted(rule)).filter(({ when }) => when.type === type),
  ...commonRefusals(type, acceptedOf(type)[0]),
]

const relied = new Map<Accepted, Promise<readonly string[]>>()

/** Plays a case once, and tells what its commits relied on. */
function reliedOn(rule: Accepted): Promise<readonly string[]> {
  const known = relied.get(rule) ?? streamsOf(rule)
  relied.set(rule, known)
  return known
}

const streamsOf = async (rule: Accepted): Promise<readonly string[]> => reliedOnBy(rule, await playAccepted(rule))

describe.each(commands)('%s', (type) => {
  for (const rule of acceptedOf(type)) {
    test(rule.name, async () => {
      await reliedOn(rule)
    })
  }
  for (const rule of refusedOf(type)) test(`${rule.rejects}: ${rule.name}`, () => playRefused(rule))
})

const published = (file: string) =>
  z.fromJSONSchema(
    JSON.parse(fs.readFileSync(new URL(`../dist/schemas/${file}.json`, import.meta.url), 'utf8')) as never,
  )

describe('the published JSON Schemas', () => {
  test.each(commands)(
    'that of %s takes every accepted case, those of its events what follows, and no word beside',
    (type) => {
      const schema = published(`commands/${type}`)
      for (const { when, follows } of acceptedOf(type)) {
        expect(schema.safeParse(when), JSON.stringify(when)).toMatchObject({ success: true })
        expect(schema.safeParse({ ...when, nonsense: true }).success).toBe(false)
        for (const event of follows) {
          expect(published(`events/${event.type}`).safeParse(event.data), event.type).toMatchObject({ success: true })
        }
      }
    },
  )
})

describe('the tables are complete', () => {
  test.each(commands)('%s has an accepted case', (type) => {
    expect(acceptedOf(type).filter(({ follows }) => follows.length > 0)).not.toEqual([])
  })

  test.each(commands)('%s has a refused case for every code of its row, and none beside', (type) => {
    const refused = new Set(refusedOf(type).map(({ rejects }) => rejects))
    const listed = new Set<ErrorCode>(commandCatalog[type].codes)
    expect([...refused].toSorted()).toEqual([...listed].toSorted())
  })

  test.each(commands)('%s relies on the kinds of streams that it says', async (type) => {
    const kinds = new Set<string>()
    for (const rule of acceptedOf(type)) {
      for (const stream of await reliedOn(rule)) kinds.add(stream.slice(0, stream.indexOf('-')))
    }
    expect([...kinds].toSorted()).toEqual([...commandCatalog[type].relies].toSorted())
  })

  test('no two cases of a command have one name', () => {
    const names = commands.flatMap((type) =>
      [...acceptedOf(type), ...refusedOf(type)].map(({ name }) => `${type}: ${name}`),
    )
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})
