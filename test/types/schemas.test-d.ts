/** The published JSON Schemas, imported as modules. */
import error from 'agent-baton/schemas/error.json' with { type: 'json' }
import index from 'agent-baton/schemas/index.json' with { type: 'json' }
import sendMessage from 'agent-baton/schemas/commands/SendMessage.json' with { type: 'json' }
import messageSent from 'agent-baton/schemas/events/MessageSent.json' with { type: 'json' }
import type { CommandType, EventType } from 'agent-baton'
import { same } from './same.js'

same<keyof typeof index.commands, CommandType>()
same<keyof typeof index.events, EventType>()
same<typeof index.error, string>()
same<typeof sendMessage.title, string>()
same<typeof messageSent.properties.messageId.type, string>()
same<typeof error.properties.error.properties.code.enum, string[]>()
// @ts-expect-error no such schema
void import('agent-baton/schemas/commands/SendMesage.json', { with: { type: 'json' } })
