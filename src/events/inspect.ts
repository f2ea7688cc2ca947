/** Whether a stored event is of the shape that its type has: what is read is not checked, what is verified is. */
import { eventCatalog, upcast, type EventType } from './catalog.ts'
import { problemOf } from './problem.ts'
import { schemaOf } from './schemas.ts'

/** What is wrong with it; undefined where nothing is, and where this build does not know its type. */
export function misshapen(type: string, version: number, data: unknown): string | undefined {
  let newest: unknown
  try {
    newest = upcast(type, version, data)
  } catch (error) {
    return String(error)
  }
  if (newest === undefined) return undefined
  const result = schemaOf(eventCatalog[type as EventType]).safeParse(newest)
  // A later build may have added fields: they are kept, and mean nothing here.
  const faults = result.success ? [] : result.error.issues.filter(({ code }) => code !== 'unrecognized_keys')
  const [fault] = faults
  return fault && `${['data', ...fault.path].join('.')}: ${problemOf(fault, newest)}`
}
