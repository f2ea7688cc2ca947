export { commandCatalog, commandSchema, commandSchemas } from './commands/catalog.ts'
export { eventSchemas } from './events/schemas.ts'
export * from './exports.ts'
