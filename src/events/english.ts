/**
 * What is wrong, in words: zod/mini has none of its own. Handed to each parse instead of set for the process, whose zod is
 * its owner's.
 */
import en from 'zod/v4/locales/en.js'
import { once } from './once.ts'

const english = once(() => en().localeError)

export const inEnglish: { readonly error: ReturnType<typeof en>['localeError'] } = {
  error: (issue) => english()(issue),
}
