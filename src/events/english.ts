/**
 * What is wrong, in words: zod/mini has none of its own. Handed to each parse instead of set for the process, whose zod is
 * its owner's.
 */
import en from 'zod/v4/locales/en.js'

export const inEnglish = { error: en().localeError }
