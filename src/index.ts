export { commandCatalog, commandSchema, commandSchemas } from './commands/catalog.ts'
export * from './exports.ts'
