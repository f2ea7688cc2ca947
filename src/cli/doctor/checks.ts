/** Every check, in the order in which they are told. One more is one more entry in one of these. */
import type { Check } from './check.ts'
import { coordinationChecks } from './coordination.ts'
import { storageChecks } from './storage.ts'
import { viewChecks } from './views.ts'

export const checks: readonly Check[] = [...storageChecks, ...viewChecks, ...coordinationChecks]
