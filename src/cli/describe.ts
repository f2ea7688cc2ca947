import { describeEvent } from '../exports.ts'
import { visible } from './print.ts'

/** An event as a sentence that no terminal obeys. */
export const describe = (type: string, data: unknown): string => visible(describeEvent(type, data))
