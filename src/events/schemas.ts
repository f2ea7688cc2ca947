/** The schemas of the events' data. Each is built when it is first asked for. */
import * as z from 'zod/mini'
import { eventCatalog, type EventType } from './catalog.ts'
import type { EventDefinition } from './define.ts'
import { shapes } from './shapes.ts'

const built = new Map<EventDefinition, z.ZodMiniType>()

/** Strict: what it does not name is refused. */
export function schemaOf(event: EventDefinition): z.ZodMiniType {
  const known = built.get(event)
  if (known !== undefined) return known
  const schema = z.strictObject(event.shape(shapes))
  built.set(event, schema)
  return schema
}

/** JSON Schemas of the data of all events. */
export function eventSchemas(): Record<EventType, object> {
  const entries = Object.values(eventCatalog).map((event) => [
    event.type,
    { title: `${event.type} v${event.version}`, ...z.toJSONSchema(schemaOf(event)) },
  ])
  return Object.fromEntries(entries) as Record<EventType, object>
}
