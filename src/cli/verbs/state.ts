import type { Command, Hub } from '../../index.ts'
import { sent } from '../sent.ts'
import { AT } from '../moments.ts'
import { ago, bold, columns, dim, visible } from '../print.ts'
import { EXIT, replaced, UsageError } from '../usage.ts'
import { pairs, value } from '../values.ts'
import { isUnknown } from '../unknown.ts'
import type { Given, Verb } from '../verb.ts'

export const state: Verb = {
  name: 'state',
  summary: 'Shared state as a session or a run reads it; with --set, written',
  usage: '<session|run> [key]',
  options: () => ({
    set: { type: 'string', multiple: true, value: 'key=value', about: 'write: JSON, or text' },
    remove: { type: 'string', multiple: true, value: 'key', about: 'take a key out' },
    expect: { type: 'string', multiple: true, value: 'key=version', about: 'refuse if it has changed since' },
    provenance: { type: 'boolean', about: 'who wrote it, when, and merged from where' },
    ...AT,
  }),
  examples: [
    'baton state planner',
    'baton state r1 plan.step --provenance',
    'baton state planner --set phase=2 --as planner',
  ],
  async run(request) {
    const { positionals, given, look, reader, signal } = request
    const [id = '', key] = positionals
    const { set, remove } = given
    if (Array.isArray(set) || Array.isArray(remove)) {
      if (key !== undefined) throw oneMore(key, Array.isArray(set) ? '--set' : '--remove')
      return sent(await writing(await reader(), id, given), request)
    }
    const hub = await reader()
    const view = await hub
      .state(id)
      .get({ signal })
      .catch(async (error: unknown) => {
        const run = isUnknown(error) ? await runBegunWith(hub, id) : undefined
        if (run === undefined) throw error
        return hub.state(run).get({ signal })
      })
    const wanted = Object.entries(view.entries).filter(
      ([name]) => key === undefined || name === key || name.startsWith(`${key}.`),
    )
    if (key !== undefined && wanted.length === 0) {
      throw new UsageError(
        `${view.scope} ${view.id} has no key ${key}`,
        `See them all: baton state ${id}`,
        EXIT.notFound,
      )
    }
    const json =
      given['provenance'] === true
        ? Object.fromEntries(wanted)
        : Object.fromEntries(wanted.map(([name, e]) => [name, e.value]))
    const rows = wanted.map(([name, { value: held, version, layer, provenance }]) => [
      bold(name, look),
      visible(JSON.stringify(held)),
      ...(given['provenance'] === true
        ? [
            dim(`v${version} ${layer}`, look),
            dim(
              provenance === undefined
                ? ''
                : `${provenance.by.id ?? provenance.by.kind} ${ago(provenance.at, look)}${provenance.mergedFrom === undefined ? '' : ` from run ${provenance.mergedFrom}`}`,
              look,
            ),
          ]
        : []),
    ])
    return {
      json: { scope: view.scope, id: view.id, keys: json },
      text: rows.length === 0 ? 'nothing is there' : columns(rows),
    }
  },
}

/** A run where no session is called so. */
async function writing(hub: Hub, id: string, { set, remove, expect }: Given): Promise<Command> {
  const isSession = (await hub.session(id)) !== undefined
  const run = isSession ? undefined : ((await hub.runs.get(id))?.id ?? (await runBegunWith(hub, id)))
  return {
    type: 'SetState',
    scope: run === undefined ? 'session' : 'run',
    id: run ?? id,
    ...(Array.isArray(set) && { set: pairs(set, value) }),
    ...(Array.isArray(remove) && { remove }),
    ...(Array.isArray(expect) && { expect: pairs(expect, Number) as Record<string, number> }),
  }
}

const runBegunWith = async (hub: Hub, typed: string): Promise<string | undefined> =>
  (await (await import('../prefix.ts')).wholeId(hub, [['run']], typed))?.id

/** A second value needs its own option: without it, it would be taken for the key that is asked for. */
const oneMore = (word: string, option: string): UsageError =>
  new UsageError(
    `${word} stands behind no ${option}`,
    `Each needs its own: ${option} a ${option} b`,
    EXIT.usage,
    (args) => replaced(args, word, `${option} ${word}`),
  )
