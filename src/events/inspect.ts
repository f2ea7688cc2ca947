/** Whether a stored event is of the shape that its type has: what is read is not checked, what is verified is. */
import { read, said } from '../schema/read.ts'
import { eventCatalog, upcast, type EventType } from './catalog.ts'

/** What is wrong with it; undefined where nothing is, and where this build does not know its type. */
export function misshapen(type: string, version: number, data: unknown): string | undefined {
  let newest: unknown
  try {
    newest = upcast(type, version, data)
  } catch (error) {
    return String(error)
  }
  if (newest === undefined) return undefined
  // A later build may have added fields: they are kept, and mean nothing here.
  const fault = read(eventCatalog[type as EventType].schema, newest).problems.find(
    ({ isSurplus }) => isSurplus !== true,
  )
  return fault && said(fault.path === '' ? 'data' : `data.${fault.path}`, fault.problem)
}
