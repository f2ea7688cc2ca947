/** A schema as others read it: as JSON Schema, draft 2020-12. Rules that are no figure and no pattern are not in it. */
import { INSTANT, type Field, type Fields, type Schema } from './schema.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export const jsonSchema = (schema: Schema): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...described(schema),
})

function described(schema: Schema): JsonSchema {
  switch (schema.kind) {
    case 'text': {
      const { min, max, pattern } = schema
      return without({ type: 'string', minLength: min, maxLength: max, pattern: pattern?.source })
    }
    case 'number': {
      const { whole, from, upTo } = schema
      return without({ type: whole ? 'integer' : 'number', minimum: from, maximum: upTo })
    }
    case 'flag':
      return { type: 'boolean' }
    case 'instant':
      return { type: 'string', format: 'date-time', pattern: INSTANT.source }
    case 'oneOf':
      return { type: 'string', enum: schema.words }
    case 'only':
      return { type: typeof schema.value, const: schema.value }
    case 'anything':
      return {}
    case 'list':
      return without({ type: 'array', minItems: schema.min, maxItems: schema.max, items: described(schema.of) })
    case 'record':
      return {
        type: 'object',
        propertyNames: described(schema.keys),
        additionalProperties: described(schema.of),
      }
    case 'object':
      return {
        type: 'object',
        properties: properties(schema.fields),
        ...required(schema.fields),
        additionalProperties: false,
      }
    case 'either':
      return { anyOf: schema.of.map(described) }
  }
}

const properties = (fields: Fields): JsonSchema =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, described(held(field))]))

function required(fields: Fields): JsonSchema {
  const names = Object.keys(fields).filter((name) => fields[name]?.kind !== 'optional')
  return names.length === 0 ? {} : { required: names }
}

const held = (field: Field): Schema => (field.kind === 'optional' ? field.of : field)

const without = (said: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
