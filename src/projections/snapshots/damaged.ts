/** A table that cannot be believed. It is never repaired: whoever meets this folds again from the log. */

export interface TableDamaged extends Error {
  /** The file's name. */
  readonly damagedTable: string
}

export function tableDamaged(file: string, why: string, cause?: unknown): TableDamaged {
  const error = new Error(`the table ${file} is damaged: ${why}`, cause === undefined ? undefined : { cause })
  return Object.assign(error, { damagedTable: file })
}

export const isTableDamaged = (error: unknown): error is TableDamaged =>
  error instanceof Error && 'damagedTable' in error
