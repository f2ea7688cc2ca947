/** JSON Schemas of the data of all events. */
import { jsonSchema, type JsonSchema } from '../schema/json-schema.ts'
import { eventCatalog, type EventType } from './catalog.ts'

export function eventSchemas(): Record<EventType, JsonSchema> {
  const entries = Object.values(eventCatalog).map(({ type, version, schema }) => [
    type,
    { title: `${type} v${version}`, ...jsonSchema(schema) },
  ])
  return Object.fromEntries(entries) as Record<EventType, JsonSchema>
}
