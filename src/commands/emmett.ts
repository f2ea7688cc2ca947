/** The bus as Emmett's CommandSender, for an orchestrator that dispatches by name. */
import type { Command as EmmettCommand, CommandSender } from '@event-driven-io/emmett'
import type { Command } from './catalog.ts'
import type { SendOptions } from './bus.ts'

export type { CommandSender }

/** A command's fields are its `data`; a `key` in its `metadata` makes it idempotent. */
export function commandSender(send: (command: Command, options: SendOptions) => Promise<unknown>): CommandSender {
  return {
    async send({ type, data, metadata }: EmmettCommand): Promise<void> {
      const key = (metadata as { readonly key?: unknown } | undefined)?.key
      await send({ ...data, type } as unknown as Command, key === undefined ? {} : { key: key as string })
    },
  }
}
